/**
 * A random test for as long as one likes: `npm run soak -- --seconds 600 --seed 7` gives commands of applications and operators to a
 * changeover, `npm run soak -- api …` requests made of its description to the API.
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

const suites = {
  changeover: ['--testNamePattern', 'in any order', 'packages/migration/src/soak/soak.db.test.ts'],
  api: ['apps/api/src/openapi/fuzz.db.test.ts'],
}
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } },
})
const wrong = Object.entries(values).find(([, value]) => !/^\d+$/.test(value))
if (wrong) {
  console.error(`--${wrong[0]} is a whole number, not ${wrong[1]}`)
  process.exit(2)
}
const suite = suites[positionals[0] ?? 'changeover']
if (suite === undefined) {
  console.error(`there is no ${positionals[0]}, but ${Object.keys(suites).join(' and ')}`)
  process.exit(2)
}
const { status } = spawnSync('vitest', ['run', ...suite], {
  stdio: 'inherit',
  env: {
    ...process.env,
    CHANGEOVER_SOAK_SECONDS: values.seconds,
    ...(values.seed === undefined ? {} : { CHANGEOVER_SEED: values.seed }),
  },
})
process.exitCode = status ?? 2
