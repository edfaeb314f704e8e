import { inspect } from 'node:util'

/** Compares what an example gives with what its `// =>` says; `…` in a text stands for anything. */
export function check(actual: unknown, expected: unknown, where: string): void {
  if (!agrees(actual, expected))
    throw new Error(
      `${where} says ${inspect(expected, { depth: 9 })} and gets ${inspect(actual, { depth: 9 })}`,
    )
}

function agrees(actual: unknown, expected: unknown): boolean {
  if (typeof expected === 'string' && typeof actual === 'string') return agreesAsText(actual, expected)
  if (!isObject(expected) || !isObject(actual)) return Object.is(actual, expected)
  const keys = Object.keys(expected)
  return (
    Array.isArray(actual) === Array.isArray(expected) &&
    keys.length === Object.keys(actual).length &&
    keys.every((key) => agrees(actual[key], expected[key]))
  )
}

function agreesAsText(actual: string, expected: string): boolean {
  const [start = '', ...rest] = expected.split('…')
  if (rest.length === 0 || !actual.startsWith(start)) return actual === expected
  const end = rest.pop() ?? ''
  const middle = actual.slice(start.length)
  return middle.endsWith(end) && rest.every((part) => middle.includes(part))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
