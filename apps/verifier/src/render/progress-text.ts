import type { Progress, Throttle } from '@changeover/backfill'

/** `StaffTask  45.0 %  45,000 of 100,000 rows  31,200 rows/s  1–2 s left  at 20 % of the time: 1.0 others at work` */
export function progressText(
  progress: Progress & {
    readonly mapping: string
    readonly quarantined: number
    readonly throttle: Throttle | null
  },
): string {
  const { mapping, percent, rowsDone, rowsEstimated, rowsPerSecond, quarantined, throttle } = progress
  return [
    mapping,
    `${percent.toFixed(1)} %`,
    `${numberText(rowsDone)} of ${numberText(rowsEstimated)} rows`,
    ...(rowsPerSecond === null ? [] : [`${numberText(rowsPerSecond)} rows/s`]),
    ...etaText(progress),
    ...(quarantined === 0 ? [] : [`${numberText(quarantined)} in quarantine`]),
    ...(throttle === null ? [] : [throttleText(throttle)]),
  ].join('  ')
}

function etaText({ etaSecondsLow, etaSecondsHigh, percent }: Progress): readonly string[] {
  if (etaSecondsLow === null || etaSecondsHigh === null || percent === 100) return []
  const [low, high] = [durationText(etaSecondsLow), durationText(etaSecondsHigh)]
  return [low === high ? `${high} left` : `${low}–${high} left`]
}

/** What slows a backfill down. */
export function throttleText({ sharePercent, because }: Throttle): string {
  return `at ${sharePercent} % of the time: ${because}`
}

/** 95 → `1 min 35 s` */
export function durationText(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`
}

/** 1234567 → `1,234,567` */
export function numberText(number: number): string {
  return Math.round(number).toLocaleString('en-US')
}
