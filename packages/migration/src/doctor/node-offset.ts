/**
 * How far a zone is ahead of UTC at an instant, as the time-zone data of this process have it.
 *
 * Units: whole minutes. Errors: RangeError for a zone that these data do not know.
 *
 * @example
 * nodeOffsetMinutes('Asia/Manila', Date.UTC(2026, 0, 1)) // => 480
 */
export function nodeOffsetMinutes(zone: string, instantMs: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    ...({ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const),
  }).formatToParts(instantMs)
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((each) => each.type === type)?.value ?? Number.NaN)
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'))
  return Math.round((local - instantMs) / 60_000)
}
