import type { Links, Mapping } from '@changeover/mapping'
import { ident, type Sql } from '@changeover/mapping/sql'
import type { LegacyTable } from './legacy-table.ts'

/** The schema of the views unless another one is given. */
export const defaultProxySchema = 'changeover_legacy'

/** One legacy table, or link table of one, with the view that stands for it. */
export interface Proxy {
  readonly mapping: Mapping
  /** Present where the table is a link table of the mapping. */
  readonly links: Links | undefined
  readonly table: LegacyTable
  readonly view: Sql
  /** Whether the target's own foreign key takes the link rows along when their owner goes. */
  readonly cascades: boolean
}

/** The proxies of one installation: they know each other by the tables they stand for. */
export interface ProxySet {
  readonly schema: string
  readonly proxies: readonly Proxy[]
  /** The migration whose phase the triggers ask; undefined where no phase is kept in the database. */
  readonly migration: string | undefined
  /** The search path that mapping and constraints were written under, as a list of names. */
  readonly searchPath: Sql
  /** Where each target table is, by its name in the mapping. */
  readonly targetSchemas: ReadonlyMap<string, string>
}

/** The proxy of a table, by the text of its oid. */
export function proxyOf({ proxies }: ProxySet, oid: string): Proxy | undefined {
  return proxies.find(({ table }) => table.oid === oid)
}

/** A name in the schema of the proxies. */
export function inSchema({ schema }: ProxySet, name: string): Sql {
  return ident(schema, name)
}

/** Where a mapping's rows stand in the statements of its triggers: the row written, the row replaced, the row of the target. */
export const aliases = { written: 'new', replaced: 'old', target: 't' } as const
