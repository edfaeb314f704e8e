/**
 * Everything that must hold before a change is merged: the checks, then the tests. Each check counts as one, and the
 * last line is the sum: `N passed, N failed`. Arguments go to Vitest (`npm test -- packages/mapping`).
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { countTests } from './count-tests.mjs'

const results = join('.cache', 'test-results.json')
const checks = [
  ['floors', 'node', 'scripts/floors.mjs'],
  ['house rules', 'node', 'scripts/house-rules.mjs'],
  ['failure modes', 'node', 'scripts/failure-modes.mjs'],
  ['readme examples', 'node', 'scripts/readme-examples.mjs'],
  ['unused code', 'knip', '--no-progress'],
  ['format', 'biome', 'format'],
  ['lint', 'oxlint', '--type-aware', '--quiet'],
  // The bootstrap builds what changed, and only that.
  ['build', 'node', 'scripts/bootstrap.mjs', 'node', '--version'],
  ['packed packages', 'node', 'scripts/packed-packages.mjs'],
  ['typecheck', 'turbo', 'run', 'typecheck', '--output-logs=errors-only'],
]

const total = { passed: 0, failed: 0 }
for (const [name, ...command] of checks) {
  const started = performance.now()
  const { code, output } = await run(command, 'pipe')
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)`)
  if (code !== 0) console.log(output)
  total[code === 0 ? 'passed' : 'failed']++
}
const tests = await runTests()
console.log(`${total.passed + tests.passed} passed, ${total.failed + tests.failed} failed`)
process.exitCode = total.failed + tests.failed === 0 ? 0 : 1

async function runTests() {
  mkdirSync('.cache', { recursive: true })
  rmSync(results, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`]
  const { code } = await run(['vitest', 'run', ...reporters, ...process.argv.slice(2)], 'inherit')
  return countTests(readResults(), code)
}

function readResults() {
  try {
    return JSON.parse(readFileSync(results, 'utf8'))
  } catch {
    return null
  }
}

function run([program, ...args], stdio) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', stdio, stdio] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => resolve({ code: 127, output: error.message }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}
