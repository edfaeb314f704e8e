import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const staticImport = /^(?:import|export)\s(?!type\b)(?:[^'";]*?\sfrom\s)?['"]([^'"]+)['"]/gm

/** Everything that a module imports before it runs, through our own files. */
function importsOf(file: URL, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file.href)) return seen
  seen.add(file.href)
  for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(staticImport))
    if (specifier.startsWith('.')) importsOf(new URL(specifier, file), seen)
    else seen.add(specifier)
  return seen
}

test('help and wrong calls load no engine, no driver and no validator', () => {
  const found = [...importsOf(new URL('./main.ts', import.meta.url))]
  const packages = found.filter((each) => !each.startsWith('file:') && !each.startsWith('node:'))
  expect(found.filter((each) => each.startsWith('file:')).length).toBeGreaterThan(15)
  expect(packages.toSorted()).toEqual(['@changeover/errors', '@commander-js/extra-typings', 'commander'])
})
