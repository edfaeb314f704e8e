/** What does not count, and what is made alike first. */
export interface Comparison {
  /** Paths that are left out: `updatedAt`, `items.*.etag`; `*` stands for any one step. */
  readonly ignore?: readonly string[]
  /** Makes both values comparable: sorts what has no order, takes off what is different by right. */
  readonly clean?: (value: unknown) => unknown
}

/** One place where two values differ. It says what kinds of values stand there, and never the values, which may be private. */
export interface Difference {
  /** `items.0.title`; empty for the whole. */
  readonly path: string
  /** `text of 5`, `number`, `null`, `list of 3`, `absent`. */
  readonly control: string
  readonly candidate: string
}

/** More are not listed: whoever has seen fifty has seen enough. */
const most = 50

/**
 * Lists where two values differ. Dates are compared by their instant, everything else as JSON would have it: an absent
 * property is undefined, NaN equals NaN.
 *
 * @example
 * differencesOf({ a: 1, b: 'x' }, { a: 1, b: 'xy' }) // => [{ path: 'b', control: 'text of 1', candidate: 'text of 2' }]
 */
export function differencesOf(
  control: unknown,
  candidate: unknown,
  { ignore = [], clean = (value) => value }: Comparison = {},
): readonly Difference[] {
  const found: Difference[] = []
  walk(
    clean(control),
    clean(candidate),
    [],
    ignore.map((path) => path.split('.')),
    found,
  )
  return found.slice(0, most)
}

function walk(
  control: unknown,
  candidate: unknown,
  path: readonly string[],
  ignored: readonly (readonly string[])[],
  found: Difference[],
): void {
  if (found.length >= most || ignored.some((each) => matches(each, path)) || same(control, candidate)) return
  if (isTree(control) && isTree(candidate) && Array.isArray(control) === Array.isArray(candidate)) {
    for (const key of new Set([...Object.keys(control), ...Object.keys(candidate)]))
      walk(control[key], candidate[key], [...path, key], ignored, found)
    return
  }
  found.push({ path: path.join('.'), control: kindOf(control), candidate: kindOf(candidate) })
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  return pattern.length === path.length && pattern.every((step, at) => step === '*' || step === path[at])
}

function same(left: unknown, right: unknown): boolean {
  if (left instanceof Date && right instanceof Date) return left.getTime() === right.getTime()
  return Object.is(left, right) || (left === 0 && right === 0)
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof Date)
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'absent'
  if (value === null) return 'null'
  if (typeof value === 'string') return `text of ${value.length}`
  if (Array.isArray(value)) return `list of ${value.length}`
  if (value instanceof Date) return 'date'
  return typeof value
}
