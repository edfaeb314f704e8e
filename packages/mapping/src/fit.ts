import { type ColumnType, isText, typeText } from './column-type.ts'
import { booleanOfSmallint, smallintOfBoolean } from './fits/booleans.ts'
import { jsonbOfJson, jsonOfJsonb } from './fits/jsons.ts'
import { fitNumber, isFixed, isFloat } from './fits/numbers.ts'
import { chain, type Fit, identity } from './fits/step.ts'
import { fitText } from './fits/texts.ts'
import { dateOfTimestamp, timestampOfDate } from './fits/times.ts'

export type { Fit } from './fits/step.ts'

/**
 * How a value of one type is carried in another and back: for every value that `accepts` lets through, the fit back gives
 * the same value. Undefined where a type cannot carry the other: text and floats, instants and local times, json in text.
 */
export function fit(from: ColumnType, to: ColumnType): Fit | undefined {
  if (typeText(from) === typeText(to)) return identity
  if (isText(from) || isText(to)) return fitText(from, to)
  if (isNumber(from) && isNumber(to)) return fitNumber(from, to)
  return byPair[`${from.base} ${to.base}`] ?? fitBoolean(from, to)
}

const byPair: Readonly<Record<string, Fit>> = {
  'date timestamp': timestampOfDate,
  'timestamp date': dateOfTimestamp,
  'json jsonb': jsonbOfJson,
  'jsonb json': jsonOfJsonb,
}

function fitBoolean(from: ColumnType, to: ColumnType): Fit | undefined {
  const smallint: ColumnType = { base: 'smallint' }
  if (from.base === 'boolean' && isFixed(to)) return chain(smallintOfBoolean, fit(smallint, to))
  if (to.base === 'boolean' && isFixed(from)) return chain(fit(from, smallint), booleanOfSmallint)
  return undefined
}

function isNumber(type: ColumnType): boolean {
  return isFixed(type) || isFloat(type)
}
