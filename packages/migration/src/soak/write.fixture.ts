import {
  blank,
  legacyWrites,
  type Model,
  type Note,
  pick,
  removes,
  type Side,
  targetWrites,
} from './model.fixture.ts'

/** Where a write goes: the legacy tables or the views that stand for them (by their schema), or the target's own table. */
export type Place =
  | { readonly side: 'legacy'; readonly schema: 'public' | 'changeover_legacy' }
  | { readonly side: 'target' }

/** One statement of an application, and what it means. `key` is that of the row it made; null where that has none yet. */
export interface Write {
  readonly name: string
  /** The title of the row that it makes. */
  readonly makes?: string
  sql(place: Place): string
  apply(model: Model, side: Side, key: number | null | undefined): void
}

type Content = Partial<Pick<Note, 'title' | 'rank' | 'parent'>> & {
  readonly priority?: 'low' | 'high' | 'urgent'
}

const page = (key: number | null) =>
  key === null ? 'NULL' : `(SELECT id FROM page WHERE data ->> 'legacy_id' = '${key}')`
const isPage = (key: number) => `data ->> 'legacy_id' = '${key}'`

/** Legacy knows no `urgent`. */
const read = (priority: NonNullable<Content['priority']>) => (priority === 'urgent' ? 'high' : priority)

function noteOf({ priority, ...rest }: Content, side: Side): Partial<Note> {
  if (priority === undefined) return rest
  return { ...rest, priority: read(priority), ...(side === 'target' && { isUrgent: priority === 'urgent' }) }
}

export function insert(title: string, content: Omit<Content, 'title'>): Write {
  const { priority = 'low', rank, parent = null } = content
  return {
    name: `insert ${title} ${JSON.stringify(content)}`,
    makes: title,
    sql: (place) =>
      place.side === 'target'
        ? `INSERT INTO page (title, priority, parent, data) VALUES ('${title}', '${priority}', ${page(parent)},
            '${rank === undefined ? '{}' : `{"rank": ${rank}}`}') RETURNING data ->> 'legacy_id' AS key`
        : `INSERT INTO ${place.schema}.note (title, priority, rank, parent) VALUES ('${title}', '${read(priority)}', ${rank ?? 'DEFAULT'},
            ${parent}) RETURNING id::text AS key`,
    apply(model, side, key) {
      if (key !== undefined)
        model.notes.set(key ?? Math.min(0, ...model.notes.keys()) - 1, {
          ...blank(title),
          ...noteOf({ ...content, title }, side),
        })
    },
  }
}

export function update(key: number, content: Content): Write {
  return {
    name: `update ${key} ${JSON.stringify(content)}`,
    sql: (place) =>
      place.side === 'target'
        ? `UPDATE page SET ${sets(content, 'target').join(', ')} WHERE ${isPage(key)}`
        : `UPDATE ${place.schema}.note SET ${sets(content, 'legacy').join(', ')} WHERE id = ${key}`,
    apply(model, side) {
      const writes = side === 'legacy' ? legacyWrites : targetWrites
      writes(model, key, noteOf(content, side))
    },
  }
}

function sets({ title, priority, rank, parent }: Content, side: Side): readonly string[] {
  const isLegacy = side === 'legacy'
  return [
    ...(title === undefined ? [] : [`title = '${title}'`]),
    ...(priority === undefined ? [] : [`priority = '${isLegacy ? read(priority) : priority}'`]),
    ...(rank === undefined ? [] : [isLegacy ? `rank = ${rank}` : `data = data || '{"rank": ${rank}}'`]),
    ...(parent === undefined ? [] : [`parent = ${isLegacy ? parent : page(parent)}`]),
  ]
}

/** Deletes one note, or several in one statement. */
export function remove(keys: readonly number[]): Write {
  return {
    name: `delete ${keys.join(', ')}`,
    sql: (place) =>
      place.side === 'target'
        ? `DELETE FROM page WHERE data ->> 'legacy_id' IN (${keys.map((key) => `'${key}'`).join(', ')})`
        : `DELETE FROM ${place.schema}.note WHERE id IN (${keys.join(', ')})`,
    apply: (model) => removes(model, keys),
  }
}

/** Adds a tag, or takes it away. */
export function tag(key: number, name: string, isThere: boolean): Write {
  return {
    name: `${isThere ? 'tag' : 'untag'} ${key} ${name}`,
    sql(place) {
      const [table, owner, found] =
        place.side === 'target'
          ? ['page_tag', 'page', `SELECT id FROM page WHERE ${isPage(key)}`]
          : [`${place.schema}.note_tag`, 'note', `SELECT id FROM ${place.schema}.note WHERE id = ${key}`]
      if (!isThere) return `DELETE FROM ${table} WHERE ${owner} = (${found}) AND tag = '${name}'`
      return `INSERT INTO ${table} SELECT id, '${name}' FROM (${found}) AS own
        WHERE NOT EXISTS (SELECT FROM ${table} WHERE ${owner} = own.id AND tag = '${name}')`
    },
    apply(model) {
      const note = model.notes.get(key)
      if (note === undefined) return
      const others = [...note.tags].filter((each) => each !== name)
      model.notes.set(key, { ...note, tags: new Set([...others, ...(isThere ? [name] : [])]) })
    },
  }
}

/** Every note in one statement. */
export function bulk(by: number): Write {
  return {
    name: `bulk rank + ${by}`,
    sql: (place) =>
      place.side === 'target'
        ? `UPDATE page SET data = jsonb_set(data, '{rank}', to_jsonb(COALESCE((data ->> 'rank')::int, 7) + ${by}))`
        : `UPDATE ${place.schema}.note SET rank = rank + ${by}`,
    apply(model, side) {
      const writes = side === 'legacy' ? legacyWrites : targetWrites
      // A view does not show what has no legacy key yet.
      for (const [key, { rank }] of model.notes)
        if (side === 'target' || key > 0) writes(model, key, { rank: rank + by })
    },
  }
}

/** What only a table takes: raw SQL that updates one row, makes another, and gives a third a new key. */
export function raw(model: Model, at: number, title: string): readonly Write[] {
  const key = pick(model, at)
  if (key === undefined) return []
  const made = 1_000_000 + model.written * 10
  const upsert: Write = {
    name: `upsert ${key}, ${made}`,
    sql: () => `INSERT INTO note (id, title) VALUES (${key}, '${title}'), (${made}, '${title} new')
      ON CONFLICT (id) DO UPDATE SET title = EXCLUDED.title`,
    apply(now) {
      legacyWrites(now, key, { title })
      now.notes.set(made, blank(`${title} new`))
    },
  }
  const rekey: Write = {
    name: `rekey ${made} to ${made + 1}`,
    sql: () => `UPDATE note SET id = ${made + 1} WHERE id = ${made}`,
    apply(now) {
      const note = now.notes.get(made)
      now.notes.delete(made)
      if (note) now.notes.set(made + 1, note)
    },
  }
  return [upsert, rekey]
}
