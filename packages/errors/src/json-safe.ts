/**
 * Copies a value so that `JSON.stringify` cannot fail on it nor lose what it says.
 *
 * Shape: bigint, symbol, NaN and the infinities become text; an error its message; a map or a set an
 * array; a cycle `[circular]`; functions and undefined disappear as JSON has it.
 */
export function jsonSafe(value: unknown, parents: readonly object[] = []): unknown {
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'function') return undefined
  if (typeof value !== 'object' || value === null) return value
  if (parents.includes(value)) return '[circular]'
  return objectToJson(value, [...parents, value])
}

function objectToJson(value: object, parents: readonly object[]): unknown {
  if (value instanceof Error) return value.message
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString()
  if ('toJSON' in value && typeof value.toJSON === 'function') return jsonSafe(value.toJSON(), parents)
  if (Array.isArray(value) || value instanceof Set || value instanceof Map) {
    return Array.from<unknown>(value).map((item) => jsonSafe(item, parents) ?? null)
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonSafe(item, parents)]))
}
