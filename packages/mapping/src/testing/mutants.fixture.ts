import { copyKind } from '../kinds/copy.ts'
import { localDateTimeKind } from '../kinds/local-date-time.ts'
import { mapValuesKind } from '../kinds/map-values.ts'
import { referenceKind } from '../kinds/reference.ts'
import { type Row, type RuleKind, rule } from '../rule.ts'
import { literal, sql } from '../sql.ts'
import { table } from '../table.ts'
import type { Value } from '../value.ts'

export const there = 'SQL and row functions agree on the way there'
const back = 'SQL and row functions agree on the way back'
const legacyReturns = 'a legacy row comes back'
const targetReturns = 'a target row that the legacy shape can hold comes back'
const pure = 'the row functions change nothing that they are given'

interface Mutant {
  readonly kind: RuleKind
  /** One of the laws that must fail. */
  readonly breaks: string
}

/** The mistakes of which mappings are made. */
export function mutants() {
  const map = mapValuesKind as unknown as RuleKind<MapParams>
  const copied = copyKind as unknown as RuleKind<{ field: string; slot: string }>
  const stamp = stampKind as unknown as RuleKind<Stamp>
  return {
    'swapped values': mutant(map, there, {
      forward: (params, row, scope, shape) => swapped(map.forward(params, row, scope, shape)),
    }),
    'values swapped in both languages': mutant(map, legacyReturns, {
      backward: (params, row, scope, shape) => ({
        status: exchanged(map.backward(params, row, scope, shape)['status'] ?? null),
      }),
      backwardSql: (params, row, scope, shape) => {
        const { status = sql`NULL` } = map.backwardSql(params, row, scope, shape)
        return {
          status: sql`(CASE ${status} WHEN 'open' THEN 'closed' WHEN 'closed' THEN 'open' ELSE ${status} END)`,
        }
      },
    }),
    'a dropped null': mutant(copied, there, {
      forward: ({ field, slot }, row) => ({ [slot]: row[field] ?? (field === 'note' ? '' : null) }),
    }),
    'a null that becomes empty on both sides': mutant(copied, legacyReturns, {
      forward: ({ field, slot }, row) => ({ [slot]: row[field] ?? (field === 'note' ? '' : null) }),
      forwardSql: ({ field, slot }, row) => ({
        [slot]: field === 'note' ? sql`COALESCE(${row[field] ?? sql`NULL`}, '')` : (row[field] ?? sql`NULL`),
      }),
    }),
    'a value trimmed in SQL alone': mutant(copied, there, {
      forwardSql: ({ field, slot }, row) => ({
        [slot]: field === 'note' ? sql`btrim(${row[field] ?? sql`NULL`})` : (row[field] ?? sql`NULL`),
      }),
    }),
    'a rounded number': mutant(copied, legacyReturns, {
      backward: ({ field, slot }, row) => ({
        [field]:
          field === 'amount' && row[slot] != null
            ? String(Math.round(Number(row[slot])))
            : (row[slot] ?? null),
      }),
      backwardSql: ({ field, slot }, row) => ({
        [field]: field === 'amount' ? sql`round(${row[slot] ?? sql`NULL`})` : (row[slot] ?? sql`NULL`),
      }),
    }),
    'a cast that raises an error': mutant(map, there, {
      forwardSql: ({ field, slot }, row) => ({ [slot]: sql`(${row[field] ?? sql`NULL`})::integer::text` }),
    }),
    'a refusal that only SQL has': mutant(map, there, {
      accepts: {
        fails: () => 'is refused',
        row: () => true,
        sql: (params, row, scope, shape) => map.accepts?.sql(params, row, scope, shape) ?? sql`TRUE`,
      },
    }),
    'a refusal that is NULL for NULL': mutant(map, there, {
      accepts: {
        fails: () => 'is refused',
        row: (params, row, scope, shape) => map.accepts?.row(params, row, scope, shape) ?? true,
        sql: ({ field, forward }, row) =>
          sql`${row[field] ?? sql`NULL`} = ANY (${literal(`{${Object.keys(forward).join(',')}}`)})`,
      },
    }),
    'a changed input': mutant(stamp, pure, {
      forward: (params, row, scope, shape) => {
        const { items } = row
        if (Array.isArray(items) && !Object.isFrozen(items)) items.push('changed')
        return stamp.forward(params, row, scope, shape)
      },
    }),
    'a function with a memory': mutant(stamp, pure, {
      forward: (() => {
        let calls = 0
        return ({ field }: Stamp, row: Row) => ({ [field]: row[field] ?? null, count: ++calls })
      })(),
    }),
    'an enumeration that is off by one': mutant(stamp, legacyReturns, {
      backward: ({ field }, row) => ({ [field]: row[field] ?? null, count: plus(row['count'] ?? null, -1) }),
      backwardSql: ({ field }, row) => ({
        [field]: row[field] ?? sql`NULL`,
        count: sql`(${row['count'] ?? sql`NULL`} - 1)`,
      }),
    }),
    'an overflow that SQL alone has': mutant(stamp, there, {
      forwardSql: ({ field }, row) => ({
        [field]: row[field] ?? sql`NULL`,
        count: sql`(${row['count'] ?? sql`NULL`} + 1 - 1)`,
      }),
    }),
    'a loss that is not stated': mutant(map, targetReturns, {
      loss: () => ({ forward: { holds: 'all' }, backward: { holds: 'all' } }),
    }),
    'a residue that is never read': mutant(map, legacyReturns, {
      backward: (params, row, scope, shape) => map.backward({ ...params, residue: null }, row, scope, shape),
      backwardSql: (params, row, scope, shape) =>
        map.backwardSql({ ...params, residue: null }, row, scope, shape),
    }),
    'the other of two repeated hours': mutant(localDateTimeKind as unknown as RuleKind, back, {
      backwardSql: (params, row, scope, shape) =>
        Object.fromEntries(
          Object.entries(localDateTimeKind.backwardSql(params as never, row, scope, shape)).map(
            ([name, value]) => [
              name,
              sql`(${value} - interval '1 hour' * (EXTRACT(month FROM ${value}) = 10)::integer)`,
            ],
          ),
        ),
    }),
    'a reference to the wrong row': mutant(
      referenceKind as unknown as RuleKind<{ field: string; slot: string; to: { name: string } }>,
      there,
      {
        forwardSql: ({ field, slot, to }, row, scope) => ({
          [slot]: scope.twin(to.name, sql`(${row[field] ?? sql`NULL`} + 1)`),
        }),
      },
    ),
    'a residue that no slot has': mutant(map, 'what the rules state of themselves is sound', {
      loss: () => ({
        forward: { holds: 'residue', in: ['data.nowhere'] },
        backward: { holds: 'part', why: 'all of it' },
      }),
    }),
    'inputs under another name': mutant(map, 'the rows reach what the rules accept', {
      inputs: () => ({ legacy: { nowhere: ['open'] } }),
    }),
    'a kind without examples': {
      kind: { ...copyKind, examples: [] } as unknown as RuleKind,
      breaks: 'copy has examples',
    },
  }
}

interface MapParams {
  readonly field: string
  readonly slot: string
  readonly forward: Readonly<Record<string, string>>
  readonly residue: string | null
}

function mutant<P extends object>(kind: RuleKind<P>, breaks: string, changes: Partial<RuleKind<P>>): Mutant {
  return { kind: { ...kind, ...changes } as unknown as RuleKind, breaks }
}

function swapped(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value === 'todo' ? 'done' : value === 'done' ? 'todo' : value,
    ]),
  )
}

function exchanged(value: Value): Value {
  return value === 'open' ? 'closed' : value === 'closed' ? 'open' : value
}

function plus(value: Value, step: number): Value {
  return typeof value === 'number' ? value + step : value
}

interface Stamp {
  readonly field: string
}

/** A sound kind of one's own: a list that stays, beside a number that stays. */
export const stampKind: RuleKind<Stamp> = {
  kind: 'stamp',
  shape: ({ field }) => ({
    reads: [field, 'count'],
    restores: [field, 'count'],
    writes: { [field]: { base: 'jsonb' }, count: { base: 'integer' } },
  }),
  forward: ({ field }, row) => ({ [field]: row[field] ?? null, count: row['count'] ?? null }),
  forwardSql: ({ field }, row) => ({ [field]: row[field] ?? sql`NULL`, count: row['count'] ?? sql`NULL` }),
  backward: ({ field }, row) => ({ [field]: row[field] ?? null, count: row['count'] ?? null }),
  backwardSql: ({ field }, row) => ({ [field]: row[field] ?? sql`NULL`, count: row['count'] ?? sql`NULL` }),
  loss: () => ({ forward: { holds: 'all' }, backward: { holds: 'all' } }),
  doc: () => 'unchanged',
  examples: [
    {
      name: 'a list',
      legacy: table(
        'stamp_legacy',
        { id: 'integer not null', items: 'jsonb not null', count: 'integer' },
        { key: ['id'] },
      ),
      target: table(
        'stamp_target',
        { id: 'integer not null', items: 'jsonb not null', count: 'integer' },
        { key: ['id'] },
      ),
      rules: [rule('stamp', { field: 'items' })],
    },
  ],
}
