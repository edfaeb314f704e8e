import {
  type CompiledRule,
  compileRules,
  type Links,
  type Mapping,
  storedSql,
  subqueryScope,
  type Table,
} from '@changeover/mapping'
import { any, ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import { linkDiffersSql, linkedSql } from './link-sets.ts'
import { listDifferencesSql } from './list-differences.ts'

/** How one slot of one pair of rows stands, in the order of gravity. */
export const states = { agrees: 0, differs: 1, held: 2, refused: 3 } as const

/** Something that is compared, of a pair of rows under the aliases `l` and `t`. */
interface Judged {
  readonly field: string
  readonly rule: string
  /** One of {@link states}. */
  readonly state: Sql
  readonly legacyValue: Sql
  readonly targetValue: Sql
  /** The child rows of a list: `legacyValue` is then what {@link listDifferencesSql} says. */
  readonly list?: Table
}

/** A mapping as the verifier sees it. */
export interface Judgement {
  /** TRUE where a pair of rows needs a closer look; never NULL, and never an error whatever the rows hold. */
  readonly suspect: Sql
  readonly slots: readonly Judged[]
  /** Which rules hold a value back, by the names that the states of their slots use: to stand under the alias `held`. */
  readonly held: readonly { readonly name: Sql; readonly value: Sql }[]
  /** Reasons to refuse the legacy row, in the order of their numbers. */
  readonly refusals: readonly { readonly rule: string; readonly why: string; readonly field: string }[]
  /** The number of the first reason to refuse the legacy row, or NULL. */
  readonly refusal: Sql
}

const longestText = 2000

/**
 * Compiles the comparison of a pair of rows. A row that a rule refuses never agrees, whatever the target says: the value
 * that the mapping would make of it is no statement about the target. The value is not computed then, since it might fail.
 */
export function judgementOf(mapping: Mapping): Judgement {
  const frame = { legacy: 'l', target: 't', scope: subqueryScope(mapping) }
  const rules = compileRules(mapping, 'forward', frame)
  const refusals = rules.flatMap(({ resolved, refusals: each }) =>
    each.map((refusal) => ({ rule: resolved.label, ...refusal })),
  )
  const refused = any(refusals.map(({ when }) => when))
  const whens = refusals.map(({ when }, index) => sql`WHEN ${when} THEN ${literal(index)}`)
  return {
    suspect: sql`CASE WHEN ${refused} THEN TRUE ELSE ${anyDiffers(rules)} END`,
    slots: [
      ...rules.flatMap((each, index) => judgedSlots(mapping, each, heldName(index))),
      ...mapping.links.map(judgedLinks),
    ],
    held: rules.flatMap(({ held }, index) => (held ? [{ name: heldName(index), value: held }] : [])),
    refusals: refusals.map(({ rule, why, field }) => ({ rule, why, field })),
    refusal:
      whens.length === 0
        ? sql`NULL::int`
        : sql`CASE ${{ text: whens.map(({ text }) => text).join(' ') }} END`,
  }
}

/**
 * TRUE where any rule differs. Values in JSON that are the same byte for byte are equal, which is quickly said of all of them
 * together; only where they are not are they compared one by one.
 */
function anyDiffers(rules: readonly CompiledRule[]): Sql {
  const isInJson = ({ writes }: CompiledRule) =>
    writes.length > 0 && writes.every(({ slot }) => slot.jsonKey !== undefined)
  const inJson = rules.filter(isInJson)
  const others = any(rules.filter((rule) => !isInJson(rule)).map(({ differs }) => differs))
  if (inJson.length === 0) return others
  const writes = inJson.flatMap((rule) => rule.writes)
  const stored = join(writes.map(({ slot }) => storedSql(slot, 't')))
  const made = join(writes.map(({ value }) => value))
  return sql`CASE WHEN ${others} THEN TRUE WHEN ROW(${stored})::record *= ROW(${made})::record THEN FALSE
    ELSE ${any(inJson.map(({ differs }) => differs))} END`
}

function judgedSlots(
  { target }: Mapping,
  { resolved, writes, held, refusals }: CompiledRule,
  heldAs: Sql,
): readonly Judged[] {
  const refused = any(refusals.map(({ when }) => when))
  return writes.map(({ slot, value, differs }): Judged => {
    const judged = {
      field: slot.ref,
      rule: resolved.label,
      state: sql`CASE WHEN ${refused} THEN ${literal(states.refused)} WHEN NOT (${differs}) THEN ${literal(states.agrees)}
      WHEN ${held ? sql`held.${heldAs}` : sql`FALSE`} THEN ${literal(states.held)} ELSE ${literal(states.differs)} END`,
    }
    const stored = storedSql(slot, 't')
    const list = target.madeOf?.find((source) => source.list?.field === slot.ref)
    if (list)
      return {
        ...judged,
        list: list.table,
        legacyValue: sql`CASE WHEN NOT (${refused}) THEN ${listDifferencesSql(value, stored)} END`,
        targetValue: sql`NULL::text`,
      }
    return {
      ...judged,
      legacyValue: sql`CASE WHEN ${refused} THEN NULL ELSE ${shortText(value)} END`,
      targetValue: shortText(stored),
    }
  })
}

function judgedLinks(link: Links): Judged {
  return {
    field: link.name,
    rule: `links(${link.name})`,
    state: sql`CASE WHEN ${linkDiffersSql(link)} THEN ${literal(states.differs)} ELSE ${literal(states.agrees)} END`,
    legacyValue: linkedSql(link.legacy, 'k0'),
    targetValue: linkedSql(link.target, 't0'),
  }
}

function heldName(index: number): Sql {
  return ident(`h${index}`)
}

function shortText(value: Sql): Sql {
  return sql`left((${value})::text, ${literal(longestText)})`
}
