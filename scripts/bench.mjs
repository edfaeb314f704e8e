/** Runs the benchmarks from source: `npm run bench -- [name] [--rows N] [--write]`. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../tooling/bench/src/main.ts', import.meta.url))
const { status } = spawnSync(process.execPath, ['-C', 'source', main, ...process.argv.slice(2)], {
  stdio: 'inherit',
})
process.exitCode = status ?? 2
