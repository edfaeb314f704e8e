import { isText } from '../column-type.ts'
import { at, type Holding, type Row, type Rule, type RuleKind, rule } from '../rule.ts'
import { all, any, join, literal, type Sql, same, sql } from '../sql.ts'
import { fieldNamed, table } from '../table.ts'
import type { Value } from '../value.ts'

type Pairs = Readonly<Record<string, string>>

interface MapValues {
  readonly field: string
  readonly slot: string
  readonly forward: Pairs
  /** What a target value reads as where no residue says better. Inverse of `forward` unless given. */
  readonly backward: Pairs
  readonly residue: string | null
}

export interface MapValuesOptions<F extends Pairs, Residue extends string> {
  /** Readings of target values that no legacy value becomes, and the choice where several legacy values become one. */
  readonly backward?: Readonly<Record<string, keyof F & string>>
  /** Slot that keeps the exact legacy value where several become one. */
  readonly residue?: Residue
}

/**
 * Maps the values of an enumeration. NULL stays NULL; a value outside the map is refused, never guessed.
 * Where several legacy values become one, the first of them is the reading back, unless `backward` or the residue says otherwise.
 */
export function mapValues<
  const F extends string,
  const M extends Pairs,
  const Residue extends string = never,
>(
  field: F,
  forward: M,
  options: MapValuesOptions<M, Residue> = {},
): Rule<F, F | Residue> & { as<S extends string>(slot: S): Rule<F, S | Residue> } {
  const backward: Record<string, string> = {}
  for (const [from, to] of Object.entries(forward)) backward[to] ??= from
  const params = {
    field,
    forward,
    backward: { ...backward, ...options.backward },
    residue: options.residue ?? null,
  }
  const as = <S extends string>(slot: S) => rule<F, S | Residue>('map-values', { ...params, slot })
  return Object.freeze({ ...as(field), as })
}

export const mapValuesKind: RuleKind<MapValues> = {
  kind: 'map-values',
  shape: ({ field, slot, residue }, { legacy }) => {
    const { type } = fieldNamed(legacy, field)
    return {
      reads: [field],
      restores: [field],
      writes: { [slot]: { base: 'text' }, ...(residue ? { [residue]: type } : {}) },
    }
  },
  check: ({ field, forward, backward }, { legacy }) => [
    ...(isText(fieldNamed(legacy, field).type)
      ? []
      : [`${field} is no text column; use decide(…) for other types.`]),
    ...Object.values(backward)
      .filter((value) => !(value in forward))
      .map((value) => `the way back gives '${value}', which is not a legacy value of the map.`),
  ],

  forward: ({ field, slot, forward, residue }, legacy) => {
    const value = legacy[field] ?? null
    return { [slot]: mappedRow(value, forward), ...(residue ? { [residue]: value } : {}) }
  },
  forwardSql: ({ field, slot, forward, residue }, legacy) => ({
    [slot]: mapped(at(legacy, field), forward),
    ...(residue ? { [residue]: at(legacy, field) } : {}),
  }),

  backward: ({ field, slot, forward, backward, residue }, target) => {
    const value = target[slot] ?? null
    const kept = residue ? (target[residue] ?? null) : null
    const exact = kept !== null && Object.hasOwn(forward, String(kept)) && mappedRow(kept, forward) === value
    return { [field]: exact ? kept : mappedRow(value, backward) }
  },
  backwardSql: ({ field, slot, forward, backward, residue }, target) => {
    const value = at(target, slot)
    const read = mapped(value, backward)
    const kept = residue ? at(target, residue) : undefined
    const exact =
      kept && all([sql`${kept} IS NOT NULL`, knownSql(kept, forward), same(mapped(kept, forward), value)])
    return { [field]: exact ? sql`CASE WHEN ${exact} THEN ${kept} ELSE ${read} END` : read }
  },

  accepts: {
    fails: () => 'has a value outside the map',
    row: ({ field, forward }, legacy) => known(legacy, field, forward),
    sql: ({ field, forward }, legacy) => knownSql(at(legacy, field), forward),
  },
  acceptsBack: {
    fails: () => 'has a value without a legacy reading',
    row: ({ slot, backward }, target) => known(target, slot, backward),
    sql: ({ slot, backward }, target) => knownSql(at(target, slot), backward),
  },

  loss: ({ forward, backward, residue }) => ({
    forward: kept(forward, residue),
    backward: readings(forward, backward, residue),
  }),
  doc: ({ forward, residue }) => {
    const pairs = Object.entries(forward).filter(([from, to]) => from !== to)
    const text = pairs.length === 0 ? 'same values' : pairs.map(([from, to]) => `${from} → ${to}`).join(', ')
    return residue ? `${text}; exact value kept in ${residue}` : text
  },
  inputs: ({ field, slot, forward, backward, residue }) => ({
    legacy: { [field]: [...Object.keys(forward), 'outside the map'] },
    target: {
      [slot]: [...new Set([...Object.values(forward), ...Object.keys(backward)]), 'outside the map'],
      ...(residue ? { [residue]: [...Object.keys(forward), 'stale'] } : {}),
    },
  }),
  examples: [
    example('one to one', mapValues('status', { open: 'todo', closed: 'done' })),
    example('unchanged', mapValues('status', { open: 'open', closed: 'closed' })),
    example(
      'with a target value that only reads back',
      mapValues('status', { open: 'open', done: 'done' }, { backward: { blocked: 'open' } }),
    ),
    example(
      'many to one with residue, renamed',
      mapValues(
        'status',
        { draft: 'todo', planned: 'todo', done: 'done' },
        { residue: 'data.legacy_status' },
      ).as('state'),
    ),
    example(
      'many to one without residue',
      mapValues('status', { draft: 'todo', planned: 'todo', done: 'done' }).as('state'),
    ),
  ],
}

function mappedRow(value: Value, pairs: Pairs): Value {
  if (value === null || changesNothing(pairs)) return value
  return Object.hasOwn(pairs, String(value)) ? (pairs[String(value)] ?? null) : null
}

function changesNothing(pairs: Pairs): boolean {
  return Object.entries(pairs).every(([from, to]) => from === to)
}

/** CASE over the pairs, or the bare value where the map changes nothing: a filter on it can then use a plain index. */
function mapped(value: Sql, pairs: Pairs): Sql {
  if (changesNothing(pairs)) return value
  const whens = Object.entries(pairs).map(([from, to]) => sql`WHEN ${literal(from)} THEN ${literal(to)}`)
  return sql`CASE ${value} ${join(whens, ' ')} END`
}

function known(row: Row, name: string, pairs: Pairs): boolean {
  const value = row[name] ?? null
  return value === null || Object.hasOwn(pairs, String(value))
}

function knownSql(value: Sql, pairs: Pairs): Sql {
  const list = join(Object.keys(pairs).map((from) => literal(from)))
  return any([sql`${value} IS NULL`, sql`${value} IN (${list})`])
}

function kept(forward: Pairs, residue: string | null): Holding {
  const values = Object.values(forward)
  const joined = values.filter((value, index) => values.indexOf(value) !== index)
  if (joined.length === 0) return { holds: 'all' }
  if (residue) return { holds: 'residue', in: [residue] }
  return { holds: 'part', why: `several legacy values become ${[...new Set(joined)].join(', ')}` }
}

function readings(forward: Pairs, backward: Pairs, residue: string | null): Holding {
  const only = Object.keys(backward).filter((value) => forward[backward[value] ?? ''] !== value)
  if (only.length > 0)
    return { holds: 'part', why: `${only.map((value) => `${value} reads as ${backward[value]}`).join(', ')}` }
  return residue ? { holds: 'part', why: `${residue} may be stale or absent` } : { holds: 'all' }
}

function example(name: string, of: Rule) {
  return {
    name,
    legacy: table('map_values_legacy', { id: 'bigint not null', status: 'varchar(20)' }, { key: ['id'] }),
    target: table(
      'map_values_target',
      { id: 'bigint not null', status: 'varchar(20)', state: 'text', data: 'jsonb not null default' },
      { key: ['id'] },
    ),
    rules: [of],
  }
}
