import { configDefaults, defineConfig } from 'vitest/config'

const tests = (suffix: string) => [`{packages,apps,tooling,examples}/*/src/**/*.${suffix}.ts`]
const shared = { pool: 'threads', isolate: false } as const
// Our own packages are tested from source. No `import` here: CommonJS packages would load each other's ES modules.
const resolve = { conditions: ['source', 'node'] }
// The last one is where Vitest runs the global setup.
const source = { resolve, ssr: { resolve }, environments: { __vitest__: { resolve } } }

/** `unit`: pure tests, no database. `db`: tests against one real PostgreSQL for the whole run. */
export default defineConfig({
  ...source,
  test: {
    maxWorkers: 2,
    coverage: { provider: 'v8', include: ['packages/*/src/**', 'apps/*/src/**'], exclude: ['**/*.test.ts'] },
    projects: [
      {
        ...source,
        test: {
          ...shared,
          name: 'unit',
          include: [...tests('test'), 'scripts/**/*.test.mjs'],
          exclude: [...configDefaults.exclude, '**/*.db.test.ts'],
        },
      },
      {
        ...source,
        test: {
          ...shared,
          name: 'db',
          include: tests('db.test'),
          globalSetup: ['./tooling/embedded-postgres/src/vitest.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
