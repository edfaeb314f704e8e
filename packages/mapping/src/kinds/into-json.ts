import { type Rule, rule } from '../rule.ts'
import { snakeCase } from '../table.ts'

/**
 * Keeps fields in a JSON column: one copy rule for each, into the key that is the field's name in snake_case.
 * Sugar over the kind `copy`; there is no kind of its own. A last argument renames: `{ domain: 'area' }` keeps it under `area`.
 *
 * @example
 * intoJson('taskData', 'boardPosition').map((each) => each.params) // => [{ field: 'boardPosition', slot: 'taskData.board_position' }]
 */
export function intoJson<const C extends string, const F extends string, const N extends string = never>(
  column: C,
  ...args: readonly [...(readonly F[]), F | Readonly<Record<N, string>>]
): readonly Rule<F | N, `${C}.${string}`>[] {
  const keys = args.map((arg) => (typeof arg === 'string' ? { [arg]: snakeCase(arg) } : arg))
  return Object.entries<string>(Object.assign({}, ...keys)).map(([field, key]) =>
    rule('copy', { field, slot: `${column}.${key}` }),
  )
}
