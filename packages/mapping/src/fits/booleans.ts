import { sql } from '../sql.ts'
import { type Fit, fitOf } from './step.ts'

/** FALSE is 0, TRUE is 1. */
export const smallintOfBoolean: Fit = fitOf({
  cast: (value) => sql`(${value})::integer::smallint`,
  row: (value) => (value === true ? 1 : 0),
})

/** 0 is FALSE, 1 is TRUE, and no other number is either. */
export const booleanOfSmallint: Fit = fitOf({
  cast: (value) => sql`((${value}) = 1)`,
  row: (value) => Number(value) === 1,
  accepts: { sql: (value) => sql`((${value}) IN (0, 1))`, row: (value) => [0, 1].includes(Number(value)) },
})
