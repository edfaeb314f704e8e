import { Temporal } from 'temporal-polyfill'
import { literal, type Sql, sql } from './sql.ts'

/** A date and a time of day as PostgreSQL writes them. An infinite date has no time. */
export interface LocalTime {
  readonly date: string
  readonly time: string | null
}

/** Instants whose local time is in PostgreSQL's range in every zone. Units: days, both within. */
export const firstInstant = '4713-11-26 00:00:00+00 BC'
export const lastInstant = '294276-12-28 00:00:00+00'
/** Dates whose every local time is in PostgreSQL's range; one day wider, so that the instants above come back. */
export const firstDate = '4713-11-25 BC'
export const lastDate = '294276-12-29'

/** Date and time of an instant in a zone; undefined outside the range. */
export function localOf(instant: string, zone: string): LocalTime | undefined {
  if (isInfinite(instant)) return { date: instant, time: null }
  const at = parse(instant)
  if (isBefore(at, parse(firstInstant)) || isBefore(parse(lastInstant), at)) return undefined
  const local = at.plain.toZonedDateTime('UTC').withTimeZone(zone).toPlainDateTime()
  return { date: dateText({ ...at, plain: local }), time: timeText(local) }
}

/** SQL twin of {@link localOf}, as a timestamp; NULL outside the range. */
export function localSql(instant: Sql, zone: string): Sql {
  return sql`CASE WHEN ${hasLocal(instant)} THEN ${instant} AT TIME ZONE ${literal(zone)} END`
}

/** Whether an instant has a local time. */
export function hasLocal(instant: Sql): Sql {
  const within = sql`${instant} BETWEEN ${literal(firstInstant)}::timestamptz AND ${literal(lastInstant)}::timestamptz`
  return sql`(${within} OR NOT isfinite(${instant}))`
}

/**
 * The instant of a local time: of a repeated hour the second one, in a gap as if the clock had not been moved,
 * which is what PostgreSQL's AT TIME ZONE does. No time is midnight. Undefined outside the range.
 */
export function instantOf({ date, time }: LocalTime, zone: string): string | undefined {
  if (isInfinite(date)) return date
  const day = parse(date)
  if (isBefore(day, parse(firstDate)) || isBefore(parse(lastDate), day)) return undefined
  const clock = (time ?? '00:00:00').replace(/^24/, '00')
  const days = clock === time || time === null ? 0 : 1
  const local = day.plain.add({ days }).withPlainTime(clock)
  const plain = local.toZonedDateTime(zone, { disambiguation: 'later' }).withTimeZone('UTC').toPlainDateTime()
  const [text, era] = dateText({ ...day, plain }).split(' ')
  return `${text} ${timeText(plain)}+00${era ? ` ${era}` : ''}`
}

/** SQL twin of {@link instantOf}; NULL outside the range. */
export function instantSql(date: Sql, time: Sql, zone: string): Sql {
  return sql`CASE WHEN ${hasInstant(date)} THEN (${date} + coalesce(${time}, '00:00'::time)) AT TIME ZONE ${literal(zone)} END`
}

/** Whether the local times of a date are instants. */
export function hasInstant(date: Sql): Sql {
  return sql`(${date} BETWEEN ${literal(firstDate)}::date AND ${literal(lastDate)}::date OR NOT isfinite(${date}))`
}

/** Whether PostgreSQL and JavaScript mean the same by this zone: an IANA region. Abbreviations like EST differ. */
export function isZone(zone: string): boolean {
  if (zone !== 'UTC' && !/^[A-Za-z]+\/[A-Za-z0-9/_+-]+$/.test(zone)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) instanceof Intl.DateTimeFormat
  } catch {
    return false
  }
}

/** A time without zone. The calendar and the rules of every zone repeat after 400 years; far years are held that many cycles earlier. */
interface Moment {
  readonly plain: Temporal.PlainDateTime
  readonly cycles: number
}

const cycleYears = 400

function parse(text: string): Moment {
  const [, year, rest, era] = /^(\d+)(-\d\d-\d\d(?: [\d:.]+)?)(?:\+00)?( BC)?$/.exec(text) ?? []
  const astronomical = era ? 1 - Number(year) : Number(year)
  const cycles = Math.max(0, Math.floor((astronomical - 4800) / cycleYears))
  const near = astronomical - cycles * cycleYears
  const sign = near < 0 ? '-' : '+'
  const plain = Temporal.PlainDateTime.from(
    `${sign}${String(Math.abs(near)).padStart(6, '0')}${rest?.replace(' ', 'T')}`,
  )
  return { plain, cycles }
}

function isInfinite(text: string): boolean {
  return text === 'infinity' || text === '-infinity'
}

function isBefore(left: Moment, right: Moment): boolean {
  return left.cycles === right.cycles
    ? Temporal.PlainDateTime.compare(left.plain, right.plain) < 0
    : left.cycles < right.cycles
}

function dateText({ plain, cycles }: Moment): string {
  const year = plain.year + cycles * cycleYears
  const [, monthDay] = /(-\d\d-\d\d)$/.exec(plain.toPlainDate().toString()) ?? []
  return `${String(year > 0 ? year : 1 - year).padStart(4, '0')}${monthDay}${year > 0 ? '' : ' BC'}`
}

function timeText(plain: Temporal.PlainDateTime): string {
  return plain
    .toPlainTime()
    .toString({ smallestUnit: 'microsecond' })
    .replace(/\.?0+$/, '')
}
