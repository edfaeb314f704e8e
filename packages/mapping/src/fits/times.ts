import { type Sql, sql } from '../sql.ts'
import { type Fit, fitOf } from './step.ts'

const lastDay = sql`'294276-12-31'::date`

/** A date as the timestamp of its midnight. Dates reach further than timestamps. */
export const timestampOfDate: Fit = fitOf({
  cast: (value) => sql`(${value})::timestamp`,
  row: (value) => String(value).replace(/^(\d+-\d\d-\d\d)/, '$1 00:00:00'),
  accepts: {
    sql: (value) => sql`((${value}) <= ${lastDay} OR (${value}) = 'infinity')`,
    row: (value) =>
      String(value).endsWith(' BC') || !(Number(/^(\d+)-/.exec(String(value))?.[1] ?? 0) > 294276),
  },
})

/** A timestamp as the date, where it is midnight. */
export const dateOfTimestamp: Fit = fitOf({
  cast: (value: Sql) => sql`(${value})::date`,
  row: (value) => String(value).replace(' 00:00:00', ''),
  accepts: {
    sql: (value) => sql`(date_trunc('day', ${value}) = (${value}))`,
    row: (value) => /infinity| 00:00:00( BC)?$/.test(String(value)),
  },
})
