import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { objectionsTo, packedOf } from './packed-packages.mjs'

const home = mkdtempSync(join(tmpdir(), 'planted-package-'))
afterAll(() => rmSync(home, { recursive: true }))

/** The tarball of a package with that export and these files. */
function packed(entry, files) {
  const folder = mkdtempSync(join(home, 'package-'))
  const manifest = {
    name: 'planted',
    version: '1.0.0',
    license: 'MIT',
    type: 'module',
    exports: { '.': entry },
    files: ['dist'],
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  mkdirSync(join(folder, 'dist'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'dist', name), text)
  execFileSync('pnpm', ['pack', '--pack-destination', folder], { cwd: folder, stdio: 'ignore' })
  return join(folder, 'planted-1.0.0.tgz')
}

const entry = { types: './dist/index.d.ts', default: './dist/index.js' }

test('a whole package has nothing against it', async () => {
  const tarball = packed(entry, {
    'index.js': 'export const a = 1\n',
    'index.d.ts': 'export declare const a: number\n',
  })
  expect(await objectionsTo(tarball)).toEqual([])
})

test('a file that was not packed, and types that do not resolve, are objected to', async () => {
  const types = { 'index.d.ts': 'export declare const a: number\n' }
  expect((await objectionsTo(packed(entry, types))).join()).toContain('dist/index.js')
  const code = { 'index.js': 'export const a = 1\n' }
  expect((await objectionsTo(packed(entry, code))).join()).toContain('dist/index.d.ts')
  const wrong = packed(entry, { ...code, 'index.d.ts': `export * from './not-there'\n` })
  expect((await objectionsTo(wrong)).join()).toContain('InternalResolutionError')
})

test('what is published is packed', () => {
  const names = packedOf(join(import.meta.dirname, '..')).map(({ manifest }) => manifest.name)
  expect(names).toContain('@changeover/cli')
  expect(names).not.toContain('@changeover/api')
})
