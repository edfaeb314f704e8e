import { type EventSubscriber, type FlushEventArgs, helper } from '@mikro-orm/postgresql'
import type { Mapping } from '@changeover/mapping'
import { legacyTables } from './proxy-discovery.ts'

/**
 * A subscriber of the ORM: after a flush that wrote one side of a mapping, entities of the other side that the same
 * EntityManager holds are read again by the next find. They stay managed, so that no change to them is lost.
 */
export class StaleTwins implements EventSubscriber {
  readonly #others: ReadonlyMap<string, ReadonlySet<string>>

  constructor(mappings: readonly Mapping[]) {
    this.#others = othersOf(mappings)
  }

  afterFlush({ uow }: FlushEventArgs): void {
    const written = [
      ...uow.getChangeSets().map(({ meta }) => meta.tableName),
      ...uow.getCollectionUpdates().map(({ property }) => property.pivotTable),
    ]
    const stale = new Set(written.flatMap((table) => [...(this.#others.get(table) ?? [])]))
    if (stale.size === 0) return
    for (const entity of uow.getIdentityMap()) {
      const wrapped = helper(entity)
      if (stale.has(wrapped.__meta.tableName)) wrapped.__initialized = false
    }
  }
}

/** For each table of a mapping the tables of its other side. */
function othersOf(mappings: readonly Mapping[]): ReadonlyMap<string, ReadonlySet<string>> {
  const others = new Map<string, Set<string>>()
  const add = (from: string, to: string) => others.set(from, (others.get(from) ?? new Set()).add(to))
  for (const mapping of mappings) {
    const targets = [mapping.target, ...mapping.links.map((each) => each.target.table)]
    for (const legacy of legacyTables(mapping))
      for (const target of targets) {
        add(legacy.name, mapping.target.name)
        add(target.name, mapping.legacy.name)
      }
  }
  return others
}
