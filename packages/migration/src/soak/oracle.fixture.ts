import type { Queryable } from '@changeover/database'
import type { Model, Note, Side } from './model.fixture.ts'

/**
 * What a side really holds, read by SQL that was written by hand and knows nothing of the mapping: one line for each note.
 */
const rows: Readonly<Record<Side, string>> = {
  legacy: `SELECT concat_ws('|', n.id, n.title, n.priority, n.rank, coalesce(n.parent::text, '-'),
      (SELECT string_agg(tag, ',' ORDER BY tag) FROM note_tag WHERE note = n.id)) AS line FROM note n ORDER BY n.id`,
  target: `SELECT concat_ws('|', coalesce(p.data ->> 'legacy_id', 'new'), p.title, p.priority, coalesce(p.data ->> 'rank', '7'), coalesce(o.data ->> 'legacy_id', '-'),
      (SELECT string_agg(tag, ',' ORDER BY tag) FROM page_tag WHERE page = p.id)) AS line
    FROM page p LEFT JOIN page o ON o.id = p.parent ORDER BY (p.data ->> 'legacy_id')::bigint`,
}

/** Lines of the model that a side does not have, and lines of the side that nobody wrote. */
export async function differences(
  queryable: Queryable,
  model: Model,
  side: Side,
): Promise<readonly string[]> {
  const { rows: found } = await queryable.query<{ line: string }>(rows[side])
  const expected = [...model.notes].map(([key, note]) => lineOf(key, note, side))
  const there = found.map(({ line }) => line)
  return [
    ...expected.filter((line) => !there.includes(line)).map((line) => `${side} lacks ${line}`),
    ...there.filter((line) => !expected.includes(line)).map((line) => `${side} has ${line}`),
    ...(new Set(there).size === there.length ? [] : [`${side} has a row twice`]),
  ]
}

function lineOf(key: number, note: Note, side: Side): string {
  const priority = side === 'target' && note.isUrgent ? 'urgent' : note.priority
  const tags = [...note.tags].toSorted().join(',')
  const name = key > 0 ? key : 'new'
  return [name, note.title, priority, note.rank, note.parent ?? '-', ...(tags === '' ? [] : [tags])].join('|')
}

/** The sides that must be as the model says, in its phase. */
export function sidesHeld({ phase, isFilled }: Model): readonly Side[] {
  if (phase === 'target-leads') return ['legacy', 'target']
  if (phase === 'target-only') return ['target']
  return isFilled ? ['legacy', 'target'] : ['legacy']
}
