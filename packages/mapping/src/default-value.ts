import { decode } from './codec.ts'
import { type ColumnType, isJson, isText } from './column-type.ts'
import { fit } from './fit.ts'
import { decimal } from './fits/decimal.ts'
import { isFixed, isFloat } from './fits/numbers.ts'
import type { Value } from './value.ts'

const literal =
  /^(?:'((?:[^']|'')*)'|(-?[0-9.]+)|\((-[0-9.]+)\)|(true|false))(?:::[a-z_][a-z0-9_ ."]*(?:\([0-9, ]+\))?(?:\[\])*)?$/i

/** The text of a plain constant as SQL writes it, with or without a cast; undefined for any other expression. */
export function constantText(expression: string): string | undefined {
  const match = literal.exec(expression.trim())
  if (!match) return undefined
  return match[1] === undefined ? (match[2] ?? match[3] ?? match[4]) : match[1].replaceAll("''", "'")
}

/**
 * The value that a column's default always gives, in PostgreSQL's spelling; undefined where it is not always the same
 * (`now()`, a sequence), is NULL, or is no value of the type.
 *
 * @example
 * constantDefault({ base: 'numeric', size: 6, scale: 2 }, '0') // => '0.00'
 */
export function constantDefault(type: ColumnType, expression: string): Value | undefined {
  const text = constantText(expression)
  if (text === undefined) return undefined
  if (type.base === 'char') return text.replace(/ +$/, '')
  if (isText(type)) return accepted({ base: 'text' }, type, text)
  if (isFixed(type)) return decimal(text) ? accepted({ base: 'numeric' }, type, text) : undefined
  if (isFloat(type)) return decimal(text) ? decode(type, text) : undefined
  if (isJson(type)) return parsed(type, text)
  return accepted({ base: 'text' }, type, text.toLowerCase())
}

function accepted(from: ColumnType, to: ColumnType, text: string): Value | undefined {
  const way = fit(from, to)
  return way && (way.accepts?.row(text) ?? true) ? way.row(text) : undefined
}

function parsed(type: ColumnType, text: string): Value | undefined {
  try {
    return decode(type, text)
  } catch {
    return undefined
  }
}
