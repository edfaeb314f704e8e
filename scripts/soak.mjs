/** The model-based random test for as long as one likes: `npm run soak -- --seconds 600 --seed 7`. */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } },
})
const wrong = Object.entries(values).find(([, value]) => !/^\d+$/.test(value))
if (wrong) {
  console.error(`--${wrong[0]} is a whole number, not ${wrong[1]}`)
  process.exit(2)
}
const test = 'packages/migration/src/soak/soak.db.test.ts'
const { status } = spawnSync('vitest', ['run', '--testNamePattern', 'in any order', test], {
  stdio: 'inherit',
  env: {
    ...process.env,
    CHANGEOVER_SOAK_SECONDS: values.seconds,
    ...(values.seed === undefined ? {} : { CHANGEOVER_SEED: values.seed }),
  },
})
process.exitCode = status ?? 2
