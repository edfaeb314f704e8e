/** Checks that each package depends, in package.json and in imports, only on lower floors, through their exports. */
import { dirname, join, relative, resolve } from 'node:path'
import { codeOf, filesBelow, isMain, isTest, packagesIn, report } from './source-files.mjs'

const IMPORT = /\b(?:from|import)\s*\(?\s*['"]([^'"\n]+)['"]/g

/** Lists the violations below `root`, one line each. */
export function floorViolations(root) {
  const packages = ['packages', 'apps', 'tooling', 'examples'].flatMap((group) => packagesIn(root, group))
  const byName = new Map(packages.map((each) => [each.manifest.name, each]))
  if (packages.length === 0) return [`there is no package below ${root}`]
  return packages.flatMap((each) => [
    ...floorOf(each),
    ...dependencyViolations(each, byName),
    ...filesBelow(root, join(each.folder, 'src'))
      .filter((file) => /\.[cm]?tsx?$/.test(file))
      .flatMap((file) => importViolations(root, each, file, byName)),
  ])
}

/** `tooling` and `examples` stand beside the house and may use everything. */
function isExempt({ group }) {
  return group === 'tooling' || group === 'examples'
}

function floorOf(each) {
  const { floor } = each.manifest
  if (isExempt(each) ? floor === undefined : Number.isInteger(floor)) return []
  return [
    `${each.folder}/package.json: ${isExempt(each) ? 'has a floor but stands on none' : 'names no "floor"'}`,
  ]
}

function dependencyViolations(each, byName) {
  const { dependencies, optionalDependencies, peerDependencies, devDependencies } = each.manifest
  const shipped = { ...dependencies, ...optionalDependencies, ...peerDependencies }
  return [
    ...Object.keys(shipped).map((name) => [name, 'shipped']),
    ...Object.keys(devDependencies ?? {}).map((name) => [name, 'development']),
  ].flatMap(([name, use]) => {
    const why = whyForbidden(each, byName.get(name), use)
    return why === null ? [] : [`${each.folder}/package.json: ${why}`]
  })
}

function importViolations(root, each, file, byName) {
  const use = isTest(file) ? 'development' : 'shipped'
  return [...codeOf(join(root, file)).matchAll(IMPORT)].flatMap(([, specifier]) => {
    const why = specifier.startsWith('.')
      ? whyOutside(root, each, file, specifier)
      : whyNotImported(each, specifier, use, byName)
    return why === null ? [] : [`${file}: ${why}`]
  })
}

function whyOutside(root, each, file, specifier) {
  const path = relative(join(root, each.folder), resolve(root, dirname(file), specifier))
  return path.startsWith('..') ? `'${specifier}' leaves the package; import the other one by its name` : null
}

function whyNotImported(each, specifier, use, byName) {
  const [scope, short, ...rest] = specifier.split('/')
  const name = `${scope}/${short}`
  if (scope !== '@changeover' || name === each.manifest.name) return null
  const target = byName.get(name)
  if (target === undefined) return `'${name}' is no package of this workspace`
  const subpath = ['.', ...rest].join('/')
  if (!(subpath in (target.manifest.exports ?? {})))
    return `'${specifier}' reaches past the exports of ${name}`
  const { dependencies, optionalDependencies, peerDependencies, devDependencies } = each.manifest
  const declared = { ...dependencies, ...optionalDependencies, ...peerDependencies, ...devDependencies }
  if (!(name in declared)) return `'${name}' is not among its dependencies`
  return whyForbidden(each, target, use)
}

function whyForbidden(each, target, use) {
  if (target === undefined || isExempt(each)) return null
  const { name, floor } = target.manifest
  if (isExempt(target)) {
    const allowed = target.group === 'tooling' && (use === 'development' || each.group === 'apps')
    return allowed ? null : `${name} is ${target.group}: a package may use tooling in development only`
  }
  if (floor < each.manifest.floor) return null
  const direction = floor === each.manifest.floor ? 'sideways' : 'upward'
  return `${direction} dependency from floor ${each.manifest.floor} on ${name} of floor ${floor}`
}

if (isMain(import.meta.url)) report('floors', floorViolations(process.cwd()))
