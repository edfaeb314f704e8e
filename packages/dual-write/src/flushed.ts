import type { Direction, Mapping, Table } from '@changeover/mapping'
import type { Key } from '@changeover/sync'

/** The rows of one mapping that a transaction of the ORM has changed on the side that leads. */
export interface FlushedRows {
  readonly mapping: Mapping
  readonly direction: Direction
  /** Rows that are gone, or were known before the flush, by legacy key. */
  readonly keys: Map<string, Key>
  /** The same keys by the target's own key, as they were before: a flush may overwrite them. */
  readonly known: Map<string, Key>
  /** Entities whose key may only be known after the flush. */
  readonly rows: Set<object>
  /** Entities whose links have changed. */
  readonly links: Set<object>
  /** Keys of rows whose links the database changes by itself. */
  readonly linkKeys: Map<string, Key>
}

/** What one transaction owes the other side when it commits. */
export class Flushed {
  /** The phase in which rows of the target were first changed. */
  phase: string | undefined
  private readonly found = new Map<string, FlushedRows>()

  of(mapping: Mapping, direction: Direction): FlushedRows {
    const name = `${direction} ${mapping.name}`
    const known = this.found.get(name)
    if (known) return known
    const made: FlushedRows = {
      mapping,
      direction,
      keys: new Map(),
      known: new Map(),
      rows: new Set(),
      links: new Set(),
      linkKeys: new Map(),
    }
    this.found.set(name, made)
    return made
  }

  all(direction: Direction): readonly FlushedRows[] {
    return [...this.found.values()].filter((each) => each.direction === direction)
  }
}

/** Remembers a key once. */
export function addKeys(to: Map<string, Key>, keys: readonly Key[]): void {
  for (const key of keys) to.set(JSON.stringify(key), key)
}

/** The key of an entity as texts, by the fields of the table; undefined while it has none. */
export function keyOfEntity(table: Table, entity: object): Key | undefined {
  const texts = table.key.map((field) => keyText(Reflect.get(entity, field)))
  return texts.every((text) => text !== undefined) ? texts : undefined
}

/** A value of a key as text; undefined where there is none. */
export function keyText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== 'object') return String(value)
  // A reference that is part of the key: an entity with a key of its own.
  const id: unknown = Reflect.get(value, 'id')
  return id === undefined ? undefined : keyText(id)
}
