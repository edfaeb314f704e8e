import { type ColumnType, isText } from '../column-type.ts'
import { fit } from '../fit.ts'
import { isComparable } from '../literal-value.ts'
import { misfits } from '../misfits.ts'
import {
  at,
  type Holding,
  type Row,
  type RowScope,
  type Rule,
  type RuleKind,
  rule,
  type SqlRow,
} from '../rule.ts'
import { scopeSql, tableSql } from '../scope.ts'
import { all, any, ident, type Sql, sql } from '../sql.ts'
import { fieldNamed, type Table, table } from '../table.ts'
import type { Value } from '../value.ts'
import { copy } from './copy.ts'

interface Lookup {
  readonly field: string
  readonly slot: string
  readonly in: Table
  readonly by: Readonly<Record<string, string>>
  readonly take: string
  readonly residue: string | null
}

export interface LookupOptions<F extends string, L extends string, Residue extends string> {
  readonly in: Table<L>
  /** The natural key: legacy field → field of the looked-up table. Fields beside the rule's own are context, like a tenant. */
  readonly by: { readonly [K in F]: NoInfer<L> } & Readonly<Record<string, NoInfer<L>>>
  /** The unique field that the target refers to. */
  readonly take: NoInfer<L>
  /**
   * Slot that keeps the exact value, so that one without a row is kept aside instead of refused: the reference stays empty until
   * somebody decides. In place it is the old column itself. The target needs the context under the same names.
   */
  readonly residue?: Residue
}

/**
 * A natural key becomes a reference to the row that has it, within the same context. A value of which there is no such row,
 * or more than one, is never guessed: it is refused, or kept aside in a residue.
 */
export function lookup<const F extends string, L extends string, const Residue extends string = never>(
  field: F,
  { in: table, by, take, residue }: LookupOptions<F, L, Residue>,
): Rule<F, F | Residue> & { as<const S extends string>(slot: S): Rule<F, S | Residue> } {
  const params = { field, in: table, by, take, residue: residue ?? null }
  const as = <const S extends string>(slot: S) => rule<F, S | Residue>('lookup', { ...params, slot })
  return Object.freeze({ ...as(field), as })
}

const lead = { tenantId: 'integer not null', industry: 'text' } as const
const choice = table(
  'lookup_industry',
  {
    id: 'bigint not null',
    tenantId: 'integer not null',
    name: 'varchar(50) not null',
    active: 'boolean not null',
  },
  { key: ['id'], where: { active: true } },
)

export const lookupKind: RuleKind<Lookup> = {
  kind: 'lookup',
  shape: ({ field, slot, in: table, by, take, residue }, { legacy }) => {
    const typed = (name: string) => fieldNamed(legacy, name).type
    return {
      reads: Object.keys(by),
      restores: [field],
      writes: { [slot]: fieldNamed(table, take).type, ...(residue ? { [residue]: typed(field) } : {}) },
      ...(residue
        ? {
            same: { [residue]: field },
            takes: Object.fromEntries(contextOf(by, field).map((name) => [name, typed(name)])),
          }
        : {}),
    }
  },
  check: (params, tables) => [
    ...unequal(params, tables.legacy),
    ...misfits(lookupKind.shape(params, tables), tables),
    ...withoutContext(params, tables.target),
  ],

  forward: (params, legacy, scope) => ({
    [params.slot]: foundRow(params, legacy, scope),
    ...(params.residue ? { [params.residue]: legacy[params.field] ?? null } : {}),
  }),
  forwardSql: (params, legacy) => ({
    [params.slot]: foundSql(params, legacy),
    ...(params.residue ? { [params.residue]: at(legacy, params.field) } : {}),
  }),
  backward: (params, target, scope) => {
    const { field, slot, in: table, by, take } = params
    const key = target[slot] ?? null
    const value =
      key === null ? asideRow(params, target, scope) : scope.find(table, { [take]: key }, by[field] ?? field)
    return { [field]: value }
  },
  backwardSql: (params, target) => {
    const key = at(target, params.slot)
    const name = nameSql(params, key)
    if (params.residue === null) return { [params.field]: name }
    const kept = at(target, params.residue)
    const isAside = sql`${foundSql(params, { ...target, [params.field]: kept })} IS NULL`
    return { [params.field]: sql`CASE WHEN ${key} IS NOT NULL THEN ${name} WHEN ${isAside} THEN ${kept} END` }
  },

  accepts: {
    fails: () => 'has a value of which there is not exactly one row',
    row: (params, legacy, scope) => params.residue !== null || !isUnresolvedRow(params, legacy, scope),
    sql: (params, legacy) =>
      params.residue === null ? sql`NOT (${unresolvedSql(params, legacy)})` : sql`TRUE`,
  },
  acceptsBack: {
    fails: () => 'refers to a row that does not exist or has no name',
    row: ({ field, slot, in: table, by, take }, { [slot]: key = null }, scope) =>
      key === null || scope.find(table, { [take]: key }, by[field] ?? field) !== null,
    sql: (params, target) => {
      const key = at(target, params.slot)
      return any([sql`${key} IS NULL`, sql`${nameSql(params, key)} IS NOT NULL`])
    },
  },
  aside: {
    field: ({ field }) => field,
    context: ({ by, field }) => contextOf(by, field),
    row: (params, legacy, scope) => params.residue !== null && isUnresolvedRow(params, legacy, scope),
    sql: (params, legacy) => (params.residue === null ? sql`FALSE` : unresolvedSql(params, legacy)),
    suggestion: nearestSql,
  },
  loss: ({ in: table, by, residue }) => ({
    forward: residue ? { holds: 'residue', in: [residue] } : { holds: 'all' },
    backward: backwardLoss(table, Object.values(by), residue),
  }),
  doc: ({ in: { name }, by, take, residue }) =>
    `${take} of the ${name} with the same ${Object.values(by).join(' and ')}${residue ? `; a value without one stays in ${residue}` : ''}`,
  examples: [
    {
      name: 'a choice of the tenant by its name, in the same table',
      legacy: table('lookup_lead', { id: 'bigint not null', ...lead }, { key: ['id'] }),
      target: table(
        'lookup_lead_target',
        { id: 'bigint not null', ...lead, industryRef: 'bigint' },
        { key: ['id'] },
      ),
      rules: [
        ...copy('tenantId'),
        lookup('industry', { in: choice, by: { tenantId: 'tenantId', industry: 'name' }, take: 'id' }).as(
          'industryRef',
        ),
      ],
    },
    {
      name: 'in place, with the old column as residue for values that have no row',
      legacy: table('lookup_lead', { id: 'bigint not null', ...lead }, { key: ['id'] }),
      target: table(
        'lookup_lead',
        { id: 'bigint not null', ...lead, industryRef: 'bigint' },
        { key: ['id'] },
      ),
      rules: [
        ...copy('tenantId'),
        lookup('industry', {
          in: choice,
          by: { tenantId: 'tenantId', industry: 'name' },
          take: 'id',
          residue: 'industry',
        }).as('industryRef'),
      ],
    },
  ],
}

/** The fields beside the rule's own. */
function contextOf(by: Lookup['by'], field: string): readonly string[] {
  return Object.keys(by).filter((name) => name !== field)
}

/** What a residue needs to be told from a stale one. */
function withoutContext({ field, by, residue }: Lookup, target: Table): readonly string[] {
  if (residue === null) return []
  return contextOf(by, field)
    .filter((name) => !(name in target.fields))
    .map((name) => `the target has no ${name}, by which ${residue} is known to be still without a row.`)
}

function isUnresolvedRow(params: Lookup, legacy: Row, scope: RowScope): boolean {
  return (legacy[params.field] ?? null) !== null && foundRow(params, legacy, scope) === null
}

function unresolvedSql(params: Lookup, legacy: SqlRow): Sql {
  return all([sql`${at(legacy, params.field)} IS NOT NULL`, sql`${foundSql(params, legacy)} IS NULL`])
}

/** What is kept aside, as long as there is still no row for it: otherwise somebody has emptied the reference, and it is stale. */
function asideRow(params: Lookup, target: Row, scope: RowScope): Value {
  if (params.residue === null) return null
  const kept = target[params.residue] ?? null
  return foundRow(params, { ...target, [params.field]: kept }, scope) === null ? kept : null
}

function backwardLoss(table: Table, by: readonly string[], residue: string | null): Holding {
  const elsewhere = `the legacy side cannot name a row of ${table.name} in another context, nor one of two alike`
  if (residue) return { holds: 'part', why: `${elsewhere}; ${residue} may be stale` }
  return isUnique(table, by) ? { holds: 'all' } : { holds: 'part', why: elsewhere }
}

function foundRow({ in: table, by, take }: Lookup, legacy: Row, scope: RowScope): Value {
  const key = Object.entries(by).map(([name, to]) => [to, legacy[name] ?? null] as const)
  return key.some(([, value]) => value === null) ? null : scope.find(table, Object.fromEntries(key), take)
}

function foundSql({ in: table, by, take }: Lookup, legacy: SqlRow): Sql {
  const found = (name: string) => ident('found', fieldNamed(table, name).column)
  const match = Object.entries(by).map(([name, to]) => sql`${found(to)} = ${at(legacy, name)}`)
  return sql`(SELECT CASE WHEN count(*) = 1 THEN (array_agg(${found(take)}))[1] END FROM ${tableSql(table)} AS found WHERE ${all([scopeSql(table, 'found'), ...match])})`
}

/** The one name of the context that is the same but for case and space around it. */
function nearestSql({ field, in: table, by }: Lookup, legacy: SqlRow): Sql {
  const found = (name: string) => ident('found', fieldNamed(table, name).column)
  const name = found(by[field] ?? field)
  const near = sql`lower(btrim(${name})) = lower(btrim(${at(legacy, field)}))`
  const match = contextOf(by, field).map((each) => sql`${found(by[each] ?? each)} = ${at(legacy, each)}`)
  return sql`(SELECT CASE WHEN count(*) = 1 THEN min(${name})::text END FROM ${tableSql(table)} AS found WHERE ${all([scopeSql(table, 'found'), near, ...match])})`
}

function nameSql({ field, in: table, by, take }: Lookup, key: Sql): Sql {
  const found = (name: string) => ident('found', fieldNamed(table, name).column)
  return sql`(SELECT ${found(by[field] ?? field)} FROM ${tableSql(table)} AS found WHERE ${scopeSql(table, 'found')} AND ${found(take)} = ${key} LIMIT 1)`
}

function unequal({ field, in: table, by, take }: Lookup, legacy: Table): readonly string[] {
  const pairs = Object.entries(by).map(
    ([from, to]) => [fieldNamed(legacy, from), fieldNamed(table, to)] as const,
  )
  const unique = [table.key, ...table.unique].some((fields) => fields.length === 1 && fields[0] === take)
  const way =
    by[field] === undefined
      ? undefined
      : fit(fieldNamed(table, by[field]).type, fieldNamed(legacy, field).type)
  return [
    ...(by[field] === undefined ? [`${field} is not among the fields that are looked up by.`] : []),
    ...(unique ? [] : [`${take} does not identify a row of ${table.name}; take its key.`]),
    ...pairs
      .filter(([from, to]) => !isAlike(from.type, to.type))
      .map(([from, to]) => `${from.name} and ${to.name} cannot be compared.`),
    ...(way && !way.accepts ? [] : [`${field} cannot hold every ${by[field]} of ${table.name}.`]),
  ]
}

/** One field that is unique names every row; with more, the others must agree with the row that is looked up for. */
function isUnique(table: Table, fields: readonly string[]): boolean {
  return (
    fields.length === 1 &&
    [table.key, ...table.unique].some((each) => each.length === 1 && each[0] === fields[0])
  )
}

function isAlike(left: ColumnType, right: ColumnType): boolean {
  return (
    (left.base === right.base && isComparable(left) && isComparable(right)) ||
    (isPlainText(left) && isPlainText(right))
  )
}

function isPlainText(type: ColumnType): boolean {
  return isText(type) && type.base !== 'char'
}
