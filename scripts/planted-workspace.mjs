import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const entry = { '.': './src/index.ts', './extra': './src/extra.ts' }
export const manifest = (name, more) =>
  JSON.stringify({ name: `@changeover/${name}`, exports: entry, ...more })

/** Runs `check` on a small correct workspace in a temporary folder, with `planted` files (path → text) on top. */
export function withPlantedWorkspace(planted, check) {
  const root = mkdtempSync(join(tmpdir(), 'changeover-planted-'))
  const files = {
    'packages/low/package.json': manifest('low', { floor: 0 }),
    'packages/low/src/index.ts': 'export const low = 1\n',
    'packages/twin/package.json': manifest('twin', { floor: 0 }),
    'packages/high/package.json': manifest('high', {
      floor: 1,
      dependencies: { '@changeover/low': 'workspace:*' },
    }),
    'packages/high/src/index.ts': "import { low } from '@changeover/low/extra'\nexport const high = low\n",
    'tooling/bench/package.json': manifest('bench', {}),
    ...planted,
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  try {
    return check(root)
  } finally {
    rmSync(root, { recursive: true })
  }
}
