import type { Table } from '@changeover/mapping'
import { literal, type Sql, sql } from '@changeover/mapping/sql'

/** Where two lists of child rows say different things, the first few places: an item, its column or null for all of it, both texts. */
type ListDifference = readonly [
  item: number,
  column: string | null,
  made: string | null,
  stored: string | null,
]

const mostPlaces = 20
const longestText = 200

/** JSON text of {@link ListDifference}s, in their order. An item that only one side has is one of them. */
export function listDifferencesSql(made: Sql, stored: Sql): Sql {
  const items = (list: Sql) =>
    sql`jsonb_array_elements(CASE WHEN jsonb_typeof(${list}) = 'array' THEN ${list} END) WITH ORDINALITY`
  const text = (value: Sql) => sql`left((${value})::text, ${literal(longestText)})`
  return sql`(SELECT jsonb_agg(jsonb_build_array(place.item, place.key, place.made, place.stored) ORDER BY place.item, place.key COLLATE "C")::text FROM (
    SELECT n - 1 AS item, cell.key, ${text(sql`CASE WHEN cell.key IS NULL THEN one.value ELSE one.value -> cell.key END`)} AS made,
      ${text(sql`CASE WHEN cell.key IS NULL THEN two.value ELSE two.value -> cell.key END`)} AS stored
    FROM ${items(made)} AS one(value, n) FULL JOIN ${items(stored)} AS two(value, n) USING (n)
      CROSS JOIN LATERAL (
        SELECT NULL AS key WHERE one.value IS NULL OR two.value IS NULL
        UNION ALL
        SELECT each.key FROM jsonb_object_keys(one.value || two.value) AS each(key)
          WHERE one.value -> each.key IS DISTINCT FROM two.value -> each.key) AS cell
    WHERE one.value IS DISTINCT FROM two.value ORDER BY n, cell.key COLLATE "C" LIMIT ${literal(mostPlaces)}) AS place)`
}

/** What a finding says of each place: `messages[3].role`, with both texts. Nothing where only the order of the columns differs. */
export function listDifferences(field: string, table: Table, text: string) {
  const fields = Object.values(table.fields)
  return (JSON.parse(text) as readonly ListDifference[]).map(([item, column, made, stored]) => {
    const name = fields.find((each) => each.column === column)?.name ?? column
    return {
      field: `${field}[${item}]${name === null ? '' : `.${name}`}`,
      legacyValue: made,
      targetValue: stored,
    }
  })
}
