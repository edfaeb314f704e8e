/** What the repository looks like, as short texts: when one differs from its stamp in .cache/stamps, a step is due. */
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const stamps = join(root, '.cache', 'stamps')

export function readStamp(name) {
  const file = join(stamps, name)
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null
}

export function writeStamp(name, state) {
  fs.mkdirSync(stamps, { recursive: true })
  fs.writeFileSync(join(stamps, name), state)
}

/** Everything that decides what is installed. */
export function installState() {
  const files = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'].map((name) => join(root, name))
  const manifests = packages().map((folder) => join(folder, 'package.json'))
  return digest([
    root,
    ...[...files, ...manifests].map((file) => relative(root, file) + fs.readFileSync(file, 'utf8')),
  ])
}

/** Everything that decides what is built, by size and time of change. */
export function buildState() {
  const sources = packages().flatMap((folder) => [
    ...['package.json', 'tsconfig.json', 'tsconfig.build.json'].map((name) => join(folder, name)),
    ...filesIn(join(folder, 'src')),
  ])
  return digest([...sources, ...filesIn(join(root, 'tooling', 'tsconfig'))].map(stateOf))
}

export function isBuilt() {
  const built = packages().filter((folder) => fs.existsSync(join(folder, 'tsconfig.build.json')))
  return built.every((folder) => fs.existsSync(join(folder, 'dist')))
}

function packages() {
  return ['packages', 'apps', 'tooling', 'examples']
    .flatMap((group) => childrenOf(join(root, group)).map((entry) => join(root, group, entry.name)))
    .filter((folder) => fs.existsSync(join(folder, 'package.json')))
}

function filesIn(folder) {
  return childrenOf(folder).flatMap((entry) =>
    entry.isDirectory() ? filesIn(join(folder, entry.name)) : [join(folder, entry.name)],
  )
}

function childrenOf(folder) {
  return fs.existsSync(folder) ? fs.readdirSync(folder, { withFileTypes: true }) : []
}

function stateOf(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false })
  return `${relative(root, file)} ${stat?.size} ${stat?.mtimeMs}`
}

function digest(parts) {
  return createHash('sha256').update(parts.join('\n')).digest('hex')
}
