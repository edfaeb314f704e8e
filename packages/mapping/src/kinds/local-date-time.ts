import {
  firstDate,
  firstInstant,
  hasInstant,
  hasLocal,
  instantOf,
  instantSql,
  isZone,
  lastDate,
  lastInstant,
  localOf,
  localSql,
} from '../local-time.ts'
import { misfits } from '../misfits.ts'
import { at, type Rule, type RuleKind, rule } from '../rule.ts'
import { all, any, differs, same, sql } from '../sql.ts'
import { fieldNamed, table } from '../table.ts'
import type { Value } from '../value.ts'

interface LocalDateTime {
  readonly field: string
  readonly date: string
  readonly time: string
  readonly zone: string
  readonly residue: string | null
}

export interface LocalDateTimeOptions<D extends string, T extends string, R extends string> {
  readonly date: D
  readonly time: T
  /** An IANA region: 'Asia/Manila'. */
  readonly zone: string
  /** Slot that keeps the instant where date and time do not give it back: in an hour that the clock repeats. */
  readonly residue?: R
}

/**
 * Splits an instant into a date and a time in a zone. NULL is two NULLs; a date without a time reads as midnight; an
 * infinite instant is an infinite date without a time. Instants at the very ends of PostgreSQL's range are refused.
 */
export function localDateTime<
  const F extends string,
  const D extends string,
  const T extends string,
  const R extends string = never,
>(field: F, { residue, ...options }: LocalDateTimeOptions<D, T, R>): Rule<F, D | T | R> {
  return rule('local-date-time', { field, ...options, residue: residue ?? null })
}

export const localDateTimeKind: RuleKind<LocalDateTime> = {
  kind: 'local-date-time',
  shape: ({ field, date, time, residue }) => ({
    reads: [field],
    restores: [field],
    writes: {
      [date]: { base: 'date' },
      [time]: { base: 'time' },
      ...(residue ? { [residue]: { base: 'timestamptz' } } : {}),
    },
  }),
  check: (params, tables) => {
    const { field, zone } = params
    return [
      ...(fieldNamed(tables.legacy, field).type.base === 'timestamptz'
        ? []
        : [`${field} is no timestamptz.`]),
      ...(isZone(zone) ? [] : [`${zone} is no time zone region; give one like 'Asia/Manila'.`]),
      ...misfits(localDateTimeKind.shape(params, tables), tables),
    ]
  },

  forward: ({ field, date, time, zone, residue }, legacy) => {
    const instant = legacy[field] ?? null
    const local = typeof instant === 'string' ? localOf(instant, zone) : undefined
    const kept = local && instantOf(local, zone) === instant ? null : instant
    return {
      [date]: local?.date ?? null,
      [time]: local?.time ?? null,
      ...(residue ? { [residue]: kept } : {}),
    }
  },
  forwardSql: ({ field, date, time, zone, residue }, legacy) => {
    const instant = at(legacy, field)
    const local = localSql(instant, zone)
    const again = instantSql(sql`(${local})::date`, sql`(${local})::time`, zone)
    const kept = sql`CASE WHEN ${differs(again, instant)} THEN ${instant} END`
    return {
      [date]: sql`(${local})::date`,
      [time]: sql`(${local})::time`,
      ...(residue ? { [residue]: kept } : {}),
    }
  },

  backward: ({ field, date, time, zone, residue }, target) => {
    const local = { date: target[date] ?? null, time: target[time] ?? null }
    const kept = residue ? target[residue] : null
    const stays = typeof kept === 'string' ? localOf(kept, zone) : undefined
    if (stays && stays.date === local.date && stays.time === local.time) return { [field]: kept ?? null }
    return { [field]: instantRow(local, zone) }
  },
  backwardSql: ({ field, date, time, zone, residue }, target) => {
    const read = instantSql(at(target, date), at(target, time), zone)
    if (!residue) return { [field]: read }
    const kept = at(target, residue)
    const local = localSql(kept, zone)
    const stays = all([
      sql`${at(target, date)} = (${local})::date`,
      same(at(target, time), sql`(${local})::time`),
    ])
    return { [field]: sql`CASE WHEN ${stays} THEN ${kept} ELSE ${read} END` }
  },

  accepts: {
    fails: () => 'is outside the range of local times',
    row: ({ field, zone }, { [field]: instant }) =>
      typeof instant !== 'string' || localOf(instant, zone) !== undefined,
    sql: ({ field }, legacy) => any([sql`${at(legacy, field)} IS NULL`, hasLocal(at(legacy, field))]),
  },
  acceptsBack: {
    fails: () => 'is outside the range of instants',
    row: ({ date, time, zone }, { [date]: day = null, [time]: clock = null }) =>
      day === null || instantRow({ date: day, time: clock }, zone) !== null,
    sql: ({ date }, target) => any([sql`${at(target, date)} IS NULL`, hasInstant(at(target, date))]),
  },
  loss: ({ zone, residue }) => ({
    forward: residue
      ? { holds: 'residue', in: [residue] }
      : { holds: 'part', why: `of an hour that ${zone} repeats, the second is taken` },
    backward: {
      holds: 'part',
      why: `a date without time reads as midnight, a time without date as NULL, and a time that ${zone} skips as a later one`,
    },
  }),
  doc: ({ zone, residue }) =>
    `date and time in ${zone}${residue ? `; the first of a repeated hour kept in ${residue}` : ''}`,
  inputs: ({ field, date, time, residue }) => ({
    legacy: { [field]: instants },
    target: {
      ...(residue ? { [residue]: instants } : {}),
      [date]: ['2026-10-25', '2026-11-01', '2026-04-05', '1800-01-01', firstDate, lastDate],
      [time]: ['02:30:00', '01:30:00', '01:45:00', '24:00:00'],
    },
  }),
  examples: [
    example('Asia/Manila', { residue: 'data.starts_at' }),
    example('Europe/Berlin', {}),
    example('America/New_York', { residue: 'data.starts_at' }),
    example('Africa/Cairo', { residue: 'data.starts_at' }),
    example('Australia/Lord_Howe', {}),
  ],
}

function example(zone: string, more: { readonly residue?: string }) {
  const at = { id: 'bigint not null', startsAt: 'timestamptz' } as const
  const local = {
    id: 'bigint not null',
    startDate: 'date',
    startTime: 'time',
    data: 'jsonb not null default',
  } as const
  return {
    name: `in ${zone} ${more.residue ? 'with' : 'without'} residue`,
    legacy: table('local_date_time_legacy', at, { key: ['id'] }),
    target: table('local_date_time_target', local, { key: ['id'] }),
    rules: [localDateTime('startsAt', { date: 'startDate', time: 'startTime', zone, ...more })],
  }
}

/** Both instants of hours that Berlin, New York and Lord Howe repeat; then the ends of the range. */
const instants = [
  '2026-10-25 00:30:00+00',
  '2026-10-25 01:30:00+00',
  '2026-11-01 05:30:00.5+00',
  '2026-11-01 06:30:00.5+00',
  '2026-04-04 14:45:00+00',
  '2026-04-04 15:15:00+00',
  '275761-07-01 12:00:00+00',
  firstInstant,
  lastInstant,
]

function instantRow({ date, time }: { readonly date: Value; readonly time: Value }, zone: string): Value {
  if (typeof date !== 'string') return null
  return instantOf({ date, time: typeof time === 'string' ? time : null }, zone) ?? null
}
