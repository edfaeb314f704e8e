import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const IGNORED = new Set(['node_modules', 'dist', 'coverage', '.cache', '.git', '.turbo'])

/** Every file below `folder` that a person wrote, as paths relative to `root`. */
export function filesBelow(root, folder = '') {
  const path = join(root, folder)
  if (!existsSync(path)) return []
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    if (IGNORED.has(entry.name)) return []
    const child = join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(root, child) : [child]
  })
}

/** Says whether a file serves tests only: `*.test.ts`, `*.test-d.ts`, `*.bench.ts`, `fixture.ts`, `*.fixture.ts`. */
export function isTest(file) {
  return /\.(test|test-d|bench)\.ts$|[./]fixture\.ts$/.test(file)
}

/** The text of a source file with its comments blanked, so that line numbers stay. */
export function codeOf(path) {
  const blank = (comment) => comment.replace(/[^\n]/g, ' ')
  return readFileSync(path, 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, blank)
    .replace(/(?<=^|\s)\/\/.*$/gm, blank)
}

/** The folders of a group such as `packages` that hold a package, with what their package.json says. */
export function packagesIn(root, group) {
  const path = join(root, group)
  if (!existsSync(path)) return []
  return readdirSync(path)
    .filter((name) => existsSync(join(path, name, 'package.json')))
    .map((name) => ({
      group,
      folder: relative(root, join(path, name)),
      manifest: JSON.parse(readFileSync(join(path, name, 'package.json'), 'utf8')),
    }))
}

/** Prints what a check found and ends the process accordingly. */
export function report(name, found) {
  for (const line of found) console.log(line)
  console.log(found.length === 0 ? `${name}: nothing to object to` : `${name}: ${found.length} to mend`)
  process.exitCode = found.length === 0 ? 0 : 1
}

/** Says whether a module is the program, rather than imported by one. */
export function isMain(url) {
  return realpathSync(process.argv[1]) === fileURLToPath(url)
}
