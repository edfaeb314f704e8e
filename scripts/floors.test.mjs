import { expect, test } from 'vitest'
import { floorViolations } from './floors.mjs'
import { manifest, withPlantedWorkspace } from './planted-workspace.mjs'

const found = (planted) => withPlantedWorkspace(planted, floorViolations)
const lowDependingOn = (name, key = 'dependencies') => ({
  'packages/low/package.json': manifest('low', {
    floor: 0,
    [key]: { [`@changeover/${name}`]: 'workspace:*' },
  }),
})

test('a workspace whose packages depend downward passes', () => {
  expect(found({})).toEqual([])
})

test.each([
  [
    'an upward dependency',
    lowDependingOn('high'),
    'packages/low/package.json: upward dependency from floor 0',
  ],
  ['an upward dependency of tests', lowDependingOn('high', 'devDependencies'), 'upward dependency'],
  ['a sideways dependency', lowDependingOn('twin'), 'sideways dependency from floor 0 on @changeover/twin'],
  ['shipped tooling', lowDependingOn('bench'), 'in development only'],
  ['a package without a floor', { 'packages/low/package.json': manifest('low', {}) }, 'names no "floor"'],
  [
    'an undeclared import',
    { 'packages/low/src/index.ts': "export { high } from '@changeover/high'\n" },
    "packages/low/src/index.ts: '@changeover/high' is not among its dependencies",
  ],
  [
    'a deep import',
    { 'packages/high/src/index.ts': "const low = await import('@changeover/low/src/index.ts')\n" },
    'reaches past the exports of @changeover/low',
  ],
  [
    'a relative import out of the package',
    { 'packages/high/src/a/b.ts': "import '../../../low/src/index.ts'\n" },
    'leaves the package',
  ],
  [
    'an unknown package',
    { 'packages/high/src/a.ts': "import '@changeover/nowhere'\n" },
    'no package of this workspace',
  ],
])('%s is found', (_, planted, expected) => {
  expect(found(planted)).toEqual(expect.arrayContaining([expect.stringContaining(expected)]))
})

test('imports in comments do not count', () => {
  expect(
    found({
      'packages/low/src/index.ts': "/** import '@changeover/high' */\n// import '@changeover/high'\n",
    }),
  ).toEqual([])
})

test('tests may use tooling, and tooling may use everything', () => {
  const planted = {
    ...lowDependingOn('bench', 'devDependencies'),
    'packages/low/src/a.test.ts': "import '@changeover/bench'\n",
    'tooling/bench/package.json': manifest('bench', { dependencies: { '@changeover/high': 'workspace:*' } }),
  }
  expect(found(planted)).toEqual([])
})

test('an empty workspace is a failure, not a pass', () => {
  expect(floorViolations('/nonexistent')).not.toEqual([])
})
