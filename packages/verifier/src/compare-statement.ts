import {
  fieldNamed,
  identityForm,
  identitySql,
  keyPairs,
  type Links,
  type Mapping,
  scopeSql,
  tableSql,
} from '@changeover/mapping'
import { all, ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import { parameter } from '@changeover/sync'
import type { Access } from './access.ts'
import { type Judgement, states } from './judgement.ts'
import { unequalLinksSql } from './link-sets.ts'
import { keyColumns, selectionSql, type SelectionShape } from './selection.ts'

/**
 * Compares the legacy rows of a selection with their target rows: one statement, so one picture of both sides, whatever is
 * written meanwhile. Every pair of rows is judged once, as a whole; only those that look wrong are judged slot by slot.
 *
 * Parameters: those of the selection, then the number of rows to describe. Shape: one row, `result`, JSON text of `rows`,
 * `missing`, `mismatched`, `held`, `duplicate`, `wrong` and `heldSlots` (rows for each slot), and `findings`.
 */
export function compareSql(
  mapping: Mapping,
  judgement: Judgement,
  shape: SelectionShape,
  access: Access,
): Sql {
  const { conditions, next } = selectionSql(mapping.legacy, 'l', shape)
  const read = all([scopeSql(mapping.legacy, 'l'), ...conditions])
  return sql`WITH pairs AS MATERIALIZED (${pairsSql(mapping, judgement, read, access)}),
size AS MATERIALIZED (SELECT (SELECT count(*) FROM ${tableSql(mapping.legacy)} AS l WHERE ${read}) AS rows, count(*) AS pairs,
  count(*) FILTER (WHERE missing) AS missing FROM pairs),
suspects AS MATERIALIZED (${suspectsSql(mapping, shape, access)}),
judged AS MATERIALIZED (${judgedSql(mapping, judgement)}),
classed AS MATERIALIZED (${classedSql(mapping, judgement)})
SELECT json_build_object('rows', max(size.rows), 'missing', max(size.missing),
  ${join(counted.map((each) => sql`${literal(each)}, count(*) FILTER (WHERE class = ${literal(each)})`))},
  'wrong', ${slotCounts(judgement, [states.differs, states.refused])}, 'heldSlots', ${slotCounts(judgement, [states.held])},
  'findings', (SELECT json_agg(finding) FROM (${findingsSql(mapping, judgement, parameter(next))}) AS described))::text AS result
FROM size LEFT JOIN classed ON TRUE`
}

const counted = ['mismatched', 'held', 'duplicate'] as const

/**
 * Every legacy row with its target rows: most often one. Where the identity is indexed each is looked up, which `OFFSET 0`
 * makes sure of: for a chunk the planner would rather read and hash the whole target table, chunk after chunk.
 */
function pairsSql(mapping: Mapping, { suspect }: Judgement, read: Sql, access: Access): Sql {
  const missing = sql`${keyColumns(mapping.target, 't')[0] ?? sql`NULL`} IS NULL`
  const match = keyPairs(mapping).map(
    ({ slot, field }) => sql`${identitySql(slot, 't')} = ${identityForm(slot, ident('l', field.column))}`,
  )
  const target = sql`${tableSql(mapping.target)} AS t`
  const own = all([...match, scopeSql(mapping.target, 't')])
  const joined = access.identity
    ? sql`LEFT JOIN LATERAL (SELECT t.* FROM ${target} WHERE ${own} OFFSET 0) AS t ON TRUE`
    : sql`LEFT JOIN ${target} ON ${own}`
  const columns = [
    ...named(keyColumns(mapping.legacy, 'l'), 'k'),
    ...named(keyColumns(mapping.target, 't'), 't'),
  ]
  return sql`SELECT ${join(columns)}, ${missing} AS missing, CASE WHEN ${missing} THEN TRUE ELSE ${suspect} END AS suspect
  FROM ${legacySql(mapping, read)} ${joined} WHERE ${read}`
}

/** Rows of a view are worked out once, which `OFFSET 0` makes sure of: not once more wherever a rule speaks of a column. */
function legacySql({ legacy }: Mapping, read: Sql): Sql {
  const rows = sql`${tableSql(legacy)} AS l`
  return legacy.madeOf ? sql`(SELECT * FROM ${rows} WHERE ${read} OFFSET 0) AS l` : rows
}

/** Pairs to look at closely. Legacy rows with several target rows are sought only where there are more pairs than rows. */
function suspectsSql(mapping: Mapping, shape: SelectionShape, access: Access): Sql {
  const key = join(names(mapping.legacy.key, 'k'))
  const columns = join(
    [...names(mapping.legacy.key, 'k'), ...names(mapping.target.key, 't')].map((name) => sql`pairs.${name}`),
  )
  const repeated = sql`SELECT ${columns} FROM pairs WHERE (SELECT pairs > rows FROM size)
    AND (${key}) IN (SELECT ${key} FROM pairs GROUP BY ${key} HAVING count(*) > 1)`
  return join(
    [
      sql`SELECT ${columns} FROM pairs WHERE suspect`,
      repeated,
      ...mapping.links.map((link, index) =>
        unequalLinksSql(link, columns, ownersSql(mapping, link, shape), access.links[index] === true),
      ),
    ],
    ' UNION ',
  )
}

/** The links of the selected owners. A link table holds the legacy key under a name of its own. */
function ownersSql({ legacy }: Mapping, { legacy: side }: Links, shape: SelectionShape): Sql {
  const owner = ident('f', fieldNamed(side.table, side.owner).column)
  const [name] = legacy.key
  if (legacy.key.length !== 1 || name === undefined) return sql`TRUE`
  return all(selectionSql(legacy, 'f', shape, [owner]).conditions)
}

function judgedSql(mapping: Mapping, { slots, refusal, held }: Judgement): Sql {
  const missing = sql`s.t0 IS NULL`
  const judged = slots.map(
    ({ state }, index) => sql`CASE WHEN ${missing} THEN 0 ELSE ${state} END AS ${ident(`s${index}`)}`,
  )
  return sql`SELECT s.*, d.* FROM suspects AS s CROSS JOIN LATERAL (
    SELECT ${join([sql`${refusal} AS refusal`, ...judged])} ${bothRows(mapping, heldSql(held))}) AS d`
}

/** Worked out once for each pair, however many slots a rule has. */
function heldSql(held: Judgement['held']): Sql {
  if (held.length === 0) return sql``
  return sql`CROSS JOIN LATERAL (SELECT ${join(held.map(({ name, value }) => sql`${value} AS ${name}`))} OFFSET 0) AS held`
}

/** Of several target rows for one legacy row, the one that agrees best is its own; the others are duplicates. */
function classedSql(mapping: Mapping, { slots }: Judgement): Sql {
  const key = join(names(mapping.legacy.key, 'k'))
  const count = (some: readonly number[]) =>
    join(
      [literal(0), ...slots.map((_slot, index) => sql`(${ident(`s${index}`)} IN (${numbers(some)}))::int`)],
      ' + ',
    )
  return sql`SELECT *, CASE WHEN t0 IS NULL THEN 'missing' WHEN nth > 1 THEN 'duplicate' WHEN wrong > 0 THEN 'mismatched'
    WHEN held > 0 THEN 'held' END AS class FROM (
    SELECT *, row_number() OVER (PARTITION BY ${key} ORDER BY wrong, held, ${join(names(mapping.target.key, 't'))}) AS nth
    FROM (SELECT *, ${count([states.differs, states.refused])} AS wrong, ${count([states.held])} AS held FROM judged) AS summed) AS ranked`
}

function findingsSql(mapping: Mapping, { slots }: Judgement, limit: Sql): Sql {
  const value = (each: Sql, index: number) => sql`CASE WHEN s.${ident(`s${index}`)} <> 0 THEN ${each} END`
  const texts = (keys: readonly Sql[]) => sql`ARRAY[${join(keys.map((name) => sql`s.${name}::text`))}]`
  return sql`SELECT json_build_object('class', s.class, 'key', ${texts(names(mapping.legacy.key, 'k'))},
      'targetKey', ${texts(names(mapping.target.key, 't'))}, 'refusal', s.refusal,
      'states', ARRAY[${join(slots.map((_slot, index) => sql`s.${ident(`s${index}`)}`))}]::int[],
      'legacy', d.legacy, 'target', d.target) AS finding
    FROM (SELECT * FROM classed WHERE class IS NOT NULL ORDER BY class = 'held', ${join(names(mapping.legacy.key, 'k'))} LIMIT ${limit}::int) AS s
    CROSS JOIN LATERAL (SELECT ARRAY[${join(slots.map(({ legacyValue }, index) => value(legacyValue, index)))}]::text[] AS legacy,
      ARRAY[${join(slots.map(({ targetValue }, index) => value(targetValue, index)))}]::text[] AS target ${bothRows(mapping)}) AS d`
}

/** The two rows of the pair `s` under their usual aliases. `OFFSET 0` keeps the planner from joining whole tables for a few pairs. */
function bothRows(mapping: Mapping, more = sql``): Sql {
  const equal = (columns: readonly Sql[], prefix: string) =>
    all(columns.map((column, index) => sql`${column} = ${ident('s', `${prefix}${index}`)}`))
  return sql`FROM ${tableSql(mapping.legacy)} AS l LEFT JOIN ${tableSql(mapping.target)} AS t ON ${equal(keyColumns(mapping.target, 't'), 't')} ${more}
    WHERE ${equal(keyColumns(mapping.legacy, 'l'), 'k')} OFFSET 0`
}

function slotCounts({ slots }: Judgement, some: readonly number[]): Sql {
  const counts = slots.map(
    (_slot, index) =>
      sql`count(*) FILTER (WHERE class IN ('mismatched', 'held') AND ${ident(`s${index}`)} IN (${numbers(some)}))`,
  )
  return sql`ARRAY[${join(counts)}]::int[]`
}

function numbers(some: readonly number[]): Sql {
  return join(some.map((each) => literal(each)))
}

function named(columns: readonly Sql[], prefix: string): readonly Sql[] {
  return columns.map((column, index) => sql`${column} AS ${ident(`${prefix}${index}`)}`)
}

function names(key: readonly string[], prefix: string): readonly Sql[] {
  return key.map((_name, index) => ident(`${prefix}${index}`))
}
