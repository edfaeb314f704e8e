import { type Mapping, type Table } from '@changeover/mapping'

/** As much of an entity's metadata as decides where its rows are. */
interface Placed {
  readonly tableName: string
  schema?: string | undefined
}

/**
 * For `discovery.onMetadata` of the ORM: entities of legacy tables and their link tables are found in the schema of the
 * EntityManager, all others where they are, whatever schema an EntityManager is forked with. The entity classes stay as they are.
 *
 * @example
 * new MikroORM({ ...options, discovery: { onMetadata: proxyDiscovery(mappings) } })
 */
export function proxyDiscovery(
  mappings: readonly Mapping[],
  { defaultSchema = 'public' }: { readonly defaultSchema?: string } = {},
): (meta: Placed) => void {
  const legacy = new Set(mappings.flatMap(legacyTables).map(({ name }) => name))
  return (meta) => {
    meta.schema = legacy.has(meta.tableName) ? '*' : (meta.schema ?? defaultSchema)
  }
}

/** The legacy table of a mapping and its link tables. */
export function legacyTables({ legacy, links }: Mapping): readonly Table[] {
  return [legacy, ...links.map((each) => each.legacy.table)]
}
