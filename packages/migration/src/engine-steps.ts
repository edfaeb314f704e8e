import type { Database } from '@changeover/database'
import { isFailure } from '@changeover/errors'
import { type DualWrite, dualWriteDrift, installDualWrite, uninstallDualWrite } from '@changeover/dual-write'
import { hashOf } from '@changeover/mapping'
import {
  defaultProxySchema,
  dropParityIndexes,
  legacyIndexes,
  makeParityIndexes,
  makeProxies,
  parityIndexes,
  planProxies,
  proxyDdl,
  type ProxySet,
  removeProxies,
} from '@changeover/proxies'
import { type FirstPhase, storeFirstPhase } from '@changeover/rollout'
import type { Migration } from './define-migration.ts'
import { phaseOf } from './phase-of.ts'

/** What an engine does for a step whose statements depend on the catalog of the database. */
export interface StepEngine {
  apply(database: Database): Promise<void>
  remove(database: Database): Promise<void>
  /** Changes whenever what `apply` makes would. */
  hash(database: Database): Promise<string>
  /** What is not as `apply` left it; empty when all is well. */
  drift(database: Database): Promise<readonly string[]>
}

/** A row that says which phase it is: legacy alone, unless the environment says otherwise. */
export function phaseEngine({ name }: Migration, first: FirstPhase): StepEngine {
  return {
    async apply(database) {
      await database.transaction((tx) => storeFirstPhase(tx, name, first))
    },
    async remove(database) {
      await database.query('delete from changeover.instance where migration = $1', [name])
      await database.query('delete from changeover.transition where migration = $1', [name])
      await database.query('delete from changeover.phase where migration = $1', [name])
    },
    hash: async () => hashOf('phase'),
    drift: async (database) =>
      (await phaseOf(database, name)) === undefined ? [`no phase of ${name} is stored`] : [],
  }
}

/** The dual write of a migration; refusals of direct legacy writes name its proxies. */
export function dualWriteOf(migration: Migration): DualWrite {
  const { name, mappings } = migration
  return { migration: name, mappings, ...(hasProxies(migration) && { proxySchema: defaultProxySchema }) }
}

/** Triggers that write both sides, and guard legacy while the target leads; they do nothing before the phase says so. */
export function dualWriteEngine(migration: Migration): StepEngine {
  const { mappings } = migration
  const dualWrite = dualWriteOf(migration)
  return {
    apply: (database) => installDualWrite(database, dualWrite),
    remove: (database) => uninstallDualWrite(database, dualWrite),
    hash: async () => hashOf(mappings.map((mapping) => [mapping.name, mapping.hash])),
    drift: (database) =>
      said(async () => (await dualWriteDrift(database, dualWrite)).map(({ message }) => message)),
  }
}

/** The legacy tables as views over the target. */
export function proxiesEngine({ name, mappings }: Migration): StepEngine {
  const options = { mappings, migration: name }
  return {
    async apply(database) {
      await makeProxies(database, options)
    },
    remove: async (database) => removeProxies(database, await planProxies(database, options)),
    hash: async (database) => hashOf(proxyDdl(await planProxies(database, options))),
    drift: (database) => said(async () => missingViews(database, await planProxies(database, options))),
  }
}

/**
 * The indexes that keep legacy queries fast on the views. An index that is taken away, or one more on a legacy table, makes the
 * step outdated.
 */
export function proxyIndexesEngine({ name, mappings }: Migration): StepEngine {
  const planned = (database: Database) => planProxies(database, { mappings, migration: name })
  return {
    async apply(database) {
      await makeParityIndexes(database, await planned(database))
    },
    remove: async (database) => dropParityIndexes(database, await planned(database)),
    async hash(database) {
      const set = await planned(database)
      return hashOf([proxyDdl(set), await legacyIndexes(database, set), await parityIndexes(database, set)])
    },
    drift: async () => [],
  }
}

/** A view must stand for a whole table: a migration of parts of tables has no proxies. */
export function hasProxies({ mappings }: Migration): boolean {
  const tables = new Set(mappings.map(({ legacy }) => `${legacy.schema ?? ''}.${legacy.name}`))
  return (
    tables.size === mappings.length && mappings.every(({ legacy }) => Object.keys(legacy.where).length === 0)
  )
}

async function missingViews(database: Database, { proxies }: ProxySet): Promise<readonly string[]> {
  const { rows } = await database.query<{ view: string }>(
    'select view from unnest($1::text[]) as view where to_regclass(view) is null',
    [proxies.map(({ view }) => view.text)],
  )
  return rows.map(({ view }) => `the view ${view} is missing`)
}

/** A table that is gone is one more thing that is not as it was; what could not be read now says nothing of what is there. */
async function said(look: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await look()
  } catch (error) {
    if (!isFailure(error) || error.retriable) throw error
    return [error.message]
  }
}
