import type { Mapping } from '@changeover/mapping'
import { identityIndexName, identityIndexSql } from '@changeover/sync'
import type { EntityMetadata } from '@mikro-orm/postgresql'
import type { ParityIndex } from './parity-indexes.ts'

/** As much of an entity's metadata as says which indexes its table has. */
type Indexed = Pick<EntityMetadata, 'tableName' | 'indexes'>

/**
 * For `discovery.onMetadata` of the ORM: tells the entities of the targets which indexes the changeover makes on their tables, so
 * that the ORM's schema comparison, which compares these by name, drops none. `made` is what `parityIndexes` says. An identity
 * index that is not there yet is created by the comparison.
 *
 * @example
 * new MikroORM({ ...options, discovery: { onMetadata: knownIndexes(mappings, await parityIndexes(database, set)) } })
 */
export function knownIndexes(
  mappings: readonly Mapping[],
  made: readonly Pick<ParityIndex, 'table' | 'name' | 'create'>[] = [],
): (meta: Indexed) => void {
  const all = [...mappings.flatMap(identityIndex), ...made]
  return (meta) => {
    for (const { table, name, create } of all) {
      const isKnown = meta.indexes.some((each) => each.name === name)
      if (table === meta.tableName && !isKnown) meta.indexes.push({ name, expression: create })
    }
  }
}

function identityIndex(mapping: Mapping): readonly Pick<ParityIndex, 'table' | 'name' | 'create'>[] {
  const name = identityIndexName(mapping)
  const create = identityIndexSql(mapping)
  if (name === undefined || create === undefined) return []
  // The comparison works in a transaction, in which no index can be built concurrently.
  return [{ table: mapping.target.name, name, create: create.text.replace(' CONCURRENTLY', '') }]
}
