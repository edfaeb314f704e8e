/**
 * Packs every package as it would be published, lets publint and arethetypeswrong judge it, installs all of them in an empty project
 * and runs there what their READMEs show. Needs the build.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { examplesOf } from './readme-examples.mjs'
import { isMain, packagesIn, report } from './source-files.mjs'

const root = join(dirname(import.meta.filename), '..')

/** The packages that others install, and the one that starts the server for their examples. */
export function packedOf(at) {
  const all = ['packages', 'apps', 'tooling'].flatMap((group) => packagesIn(at, group))
  return all
    .map(({ folder }) => ({
      folder,
      manifest: JSON.parse(readFileSync(join(at, folder, 'package.json'), 'utf8')),
    }))
    .filter(({ manifest }) => manifest.private !== true || manifest.name === '@changeover/embedded-postgres')
}

/** What is wrong with one tarball. Packages are ESM alone: what CommonJS and Node 10 cannot do is no fault. */
export async function objectionsTo(tarball) {
  const data = readFileSync(tarball)
  const { messages, pkg } = await publint({
    pack: { tarball: arrayBufferOf(data) },
    strict: true,
  })
  const types = await checkPackage(createPackageFromTarballData(new Uint8Array(data)))
  const wrong = types.types === false ? [{ kind: 'no types' }] : types.problems
  const ours = wrong.filter(
    ({ kind, resolutionKind }) => kind !== 'CJSResolvesToESM' && resolutionKind !== 'node10',
  )
  return [
    ...messages.map((each) => `${pkg.name}: ${formatMessage(each, pkg)}`),
    ...ours.map((each) => `${pkg.name}: ${each.kind} ${each.entrypoint ?? ''} ${each.resolutionKind ?? ''}`),
  ]
}

function arrayBufferOf(buffer) {
  return buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength)
}

function run(program, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' })
  return status === 0
    ? []
    : [`${program} ${args.slice(0, 2).join(' ')}: ${stdout ?? ''}${stderr ?? ''}${error ?? ''}`]
}

function pack(packages, into) {
  return packages.flatMap(({ folder }) =>
    run('pnpm', ['pack', '--pack-destination', into], join(root, folder)),
  )
}

/** An empty project that depends on the tarballs, and on what the examples import besides. */
function writeProject(project, tarballs) {
  const besides = JSON.parse(
    readFileSync(join(root, 'tooling/readme-examples/package.json'), 'utf8'),
  ).dependencies
  const files = Object.fromEntries(tarballs.map(({ name, file }) => [name, `file:${file}`]))
  const versions = catalog()
  const others = Object.keys(besides).filter((name) => !name.startsWith('@changeover/'))
  const peers = ['@opentelemetry/api', 'fast-check', 'pg', ...others].map((name) => [
    name,
    versions.get(name),
  ])
  const dependencies = { ...files, ...Object.fromEntries(peers) }
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name: 'empty', type: 'module', private: true, dependencies }),
  )
  // One tarball depends on the next by its version, which is in no registry.
  writeFileSync(join(project, 'pnpm-workspace.yaml'), JSON.stringify({ packages: ['.'], overrides: files }))
}

function catalog() {
  const lines = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8').matchAll(
    /^ {2}"?([@\w./-]+)"?: ([\w.-]+)/gm,
  )
  return new Map([...lines].map(([, name, version]) => [name, version]))
}

/** Examples of what was packed, written to the project; those that only compile, and those of applications, are left out. */
function writeExamples(project, packages) {
  const folders = packages.map(({ folder }) => `${folder}/README.md`)
  const examples = examplesOf(root).filter(({ file, use }) => folders.includes(file) && use !== 'none')
  cpSync(join(root, 'tooling/readme-examples/src'), join(project, 'src'), { recursive: true })
  mkdirSync(join(project, '.cache/examples'), { recursive: true })
  for (const { name, module } of examples) writeFileSync(join(project, '.cache/examples', name), module)
  return (use) => examples.filter((each) => each.use === use).map(({ name }) => join('.cache/examples', name))
}

async function violations() {
  const home = mkdtempSync(join(tmpdir(), 'packed-'))
  try {
    const packages = packedOf(root)
    const into = join(home, 'tarballs')
    const failed = pack(packages, into)
    if (failed.length > 0) return failed
    const tarballs = packages.map(({ manifest: { name, version } }) => ({
      name,
      file: join(into, `${name.slice(1).replace('/', '-')}-${version}.tgz`),
    }))
    if (tarballs.length !== readdirSync(into).length)
      return ['a tarball is missing, or there is one too many']
    const judged = await Promise.all(tarballs.map(({ file }) => objectionsTo(file)))
    return [...judged.flat(), ...runFrom(join(home, 'project'), tarballs, packages)]
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

function runFrom(project, tarballs, packages) {
  mkdirSync(project)
  writeProject(project, tarballs)
  const failed = run(
    'pnpm',
    ['install', '--ignore-scripts', '--prefer-offline', '--no-frozen-lockfile'],
    project,
  )
  if (failed.length > 0) return failed
  const inUse = writeExamples(project, packages)
  const quiet = '--disable-warning=ExperimentalWarning'
  const examples = ['plain', ...inUse('plain'), 'database', ...inUse('database')]
  if (inUse('plain').length === 0 || inUse('database').length === 0) return ['there is no example to run']
  return [
    ...run(process.execPath, [quiet, 'src/run.ts', ...examples], project),
    ...run(join(project, 'node_modules/.bin/changeover'), ['--version'], project),
    ...runAlone(project),
  ]
}

/** A config as a team has it, on a server that lives as long as the command. */
const config = `
import { copy, defineMapping, storedIn, table } from '@changeover/mapping'
import { defineConfig, defineMigration } from '@changeover/migration'
import { startPostgres } from '@changeover/embedded-postgres'
const legacy = table('note', { id: 'bigint not null', title: 'text not null' }, { key: ['id'] })
const target = table('page', { id: 'uuid not null default', title: 'text not null', note: 'bigint' }, { key: ['id'] })
const noteToPage = defineMapping({ name: 'Note', legacy, target, identity: storedIn('note'), rules: [copy('title')] })
const folder = new URL('postgres', import.meta.url).pathname
export default defineConfig({
  migrations: [defineMigration({ name: 'notes', targetModel: 'Page', mappings: [noteToPage] })],
  database: { start: () => startPostgres({ folder, lifetime: 'throwaway' }) },
})
`

/** The binary in a folder of its own, where nothing is installed: it brings what it needs, but for what the config imports. */
function runAlone(project) {
  const alone = join(project, '..', 'alone')
  mkdirSync(alone)
  const binary = join(alone, 'changeover.mjs')
  cpSync(join(project, 'node_modules/@changeover/cli/dist/changeover.js'), binary)
  const file = join(project, 'changeover.config.mjs')
  writeFileSync(file, config)
  return [
    ...run(process.execPath, [binary, '--help'], alone),
    ...run(process.execPath, [binary, 'status', '--config', file], alone),
  ]
}

if (isMain(import.meta.url)) report('packed packages', await violations())
