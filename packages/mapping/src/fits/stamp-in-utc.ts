import { Temporal } from 'temporal-polyfill'

/** PostgreSQL's spelling of a time or timestamp as JSON has it: a space, full seconds, no zeros at the end, UTC. */
export function stampInUtc(loose: string): string {
  const match =
    /^(\d+-\d\d-\d\d)?[T ]?(\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d(?::?\d\d)?)?( BC)?$/.exec(loose)
  if (!match) return loose
  const [, date = '', minutes = '', seconds = '00', fraction = '', offset = '', era = ''] = match
  const decimals = fraction.replace(/0+$/, '')
  const rest = `:${seconds}${decimals ? `.${decimals}` : ''}`
  const shift = minutesOf(offset)
  const [day, time] = shift === 0 ? [date, minutes] : shifted(date, minutes, shift)
  return `${day}${day ? ' ' : ''}${time}${rest}${offset ? '+00' : ''}${era}`
}

function minutesOf(offset: string): number {
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(offset)
  return match ? (match[1] === '-' ? 1 : -1) * (Number(match[2]) * 60 + Number(match[3] ?? 0)) : 0
}

function shifted(date: string, time: string, minutes: number): readonly [string, string] {
  const moved = Temporal.PlainDateTime.from(`${date.padStart(4, '0')}T${time}`).add({ minutes })
  const year = String(moved.year).padStart(4, '0')
  return [`${year}-${moved.toPlainDate().toString().slice(-5)}`, moved.toPlainTime().toString().slice(0, 5)]
}
