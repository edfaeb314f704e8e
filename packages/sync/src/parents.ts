import {
  compileRules,
  type Direction,
  fieldNamed,
  mappingNamed,
  type Mapping,
  subqueryScope,
} from '@changeover/mapping'
import { all, ident, join, type Sql, sql } from '@changeover/mapping/sql'
import { canAdopt } from './adopt.ts'
import { keyNames, keysSql } from './key.ts'
import { probe, sidesOf, targetSide } from './side.ts'

/** A mapping to whose rows others refer, with those references as SQL on a row of the authority. */
export interface Parent {
  readonly mapping: Mapping
  readonly references: readonly Sql[]
}

/** What keeps rows of a mapping from being written as long as others have no twin. */
export interface Need {
  readonly parents: readonly Parent[]
  /** The refusals, by their numbers, that may be for want of a twin. */
  readonly refusals: readonly number[]
}

/**
 * The references for whose sake the mapping refuses rows in that direction. A reference that may be empty is none of them: it is
 * written as NULL, and again when the twin appears. Parents are found among the mappings of the writer.
 */
export function needOf(mapping: Mapping, direction: Direction, mappings: readonly Mapping[]): Need {
  const asked = new Map<string, { readonly parent: Mapping; readonly key: Sql }>()
  const refusals: number[] = []
  let number = 0
  for (const rule of mapping.rules) {
    const { answers, scope } = listening(mapping, direction)
    const [compiled] = compileRules({ ...mapping, rules: [rule] }, direction, {
      legacy: 'l',
      target: 't',
      scope,
    })
    for (const { when } of compiled?.refusals ?? []) {
      const missed = answers.filter(({ answer }) => when.text.includes(answer.text))
      for (const { parent, key } of missed) asked.set(`${parent.name} ${key.text}`, { parent, key })
      if (missed.length > 0) refusals.push(number)
      number++
    }
  }
  const given = [...asked.values()].filter(
    ({ parent }) => mappings.includes(parent) && (direction === 'forward' || canAdopt(parent)),
  )
  const byParent = Map.groupBy(given, ({ parent }) => parent)
  const parents = [...byParent].map(([parent, each]) => ({
    mapping: parent,
    references: each.map(({ key }) => key),
  }))
  return { parents, refusals }
}

/** Answers references, and remembers what was asked and answered: a condition that holds the answer depends on the reference. */
function listening(mapping: Mapping, direction: Direction) {
  const answers: { readonly parent: Mapping; readonly key: Sql; readonly answer: Sql }[] = []
  const base = subqueryScope(mapping)
  const question = direction === 'forward' ? 'twin' : 'original'
  const scope = {
    ...base,
    [question]: (name: string, key: Sql) => {
      const answer = base[question](name, key)
      answers.push({ parent: mappingNamed(mapping, name), key, answer })
      return answer
    },
  }
  return { answers, scope }
}

/**
 * Which rows the keys `$1…` refer to that have no twin. Shape: rows of the key (`k0`, …), and of `missing`: the legacy key of
 * the parent on the way forward, its target key on the way back, where what it lacks is a legacy key. Cost: one probe of each side for each key.
 */
export function missingParentsSql(mapping: Mapping, direction: Direction, parent: Parent): Sql {
  const names = keyNames(mapping)
  const texts = names.map((name) => sql`${ident('given', name)}::text AS ${ident(name)}`)
  const { authority } = sidesOf(mapping, direction)
  return sql`SELECT ${join(texts)}, asked.k0::text AS missing
    FROM ${keysSql(mapping, 'given', 1)} ${probe(authority, all([authority.matches('given'), authority.scope]), sql`TRUE`)}
    ${askedSql(direction, parent)}`
}

/**
 * Rows of the same mapping that those of the keys `$1` refer to and that have no twin, and those that these refer to, to the last.
 * Shape: each once, as `missing`, like {@link missingParentsSql}.
 */
export function missingAncestorsSql(mapping: Mapping, direction: Direction, self: Parent): Sql {
  const { authority } = sidesOf(mapping, direction)
  const [own = sql`NULL`] = direction === 'forward' ? authority.legacyKey : [targetKey(mapping)]
  const asked = askedSql(direction, self)
  // UNION keeps each row once, so that a circle ends.
  return sql`WITH RECURSIVE family AS (
    SELECT asked.k0 FROM ${keysSql(mapping, 'given', 1)} ${probe(authority, all([authority.matches('given'), authority.scope]), sql`TRUE`)} ${asked}
    UNION SELECT asked.k0 FROM family ${probe(authority, all([sql`${own} = family.k0`, authority.scope]), sql`TRUE`)} ${asked})
  SELECT k0::text AS missing FROM family`
}

/** The references of the row before it that have no twin, as `asked.k0`. */
function askedSql(direction: Direction, { mapping, references }: Parent): Sql {
  const target = targetSide(mapping)
  const own = targetKey(mapping)
  const keyless = target.legacyKey.map((key) => sql`${key} IS NULL`)
  const lacks =
    direction === 'forward'
      ? sql`NOT EXISTS (SELECT 1 FROM ${target.name} AS t WHERE ${all([target.scope, target.matches('each')])})`
      : sql`EXISTS (SELECT 1 FROM ${target.name} AS t WHERE ${all([target.scope, sql`${own} = each.k0`, ...keyless])})`
  return sql`CROSS JOIN LATERAL (SELECT each.k0 FROM unnest(ARRAY[${join(references)}]) AS each(k0)
      WHERE each.k0 IS NOT NULL AND ${lacks}) AS asked`
}

function targetKey({ target }: Mapping): Sql {
  return ident('t', fieldNamed(target, target.key[0] ?? '').column)
}
