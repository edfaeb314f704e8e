import { errors } from './errors.ts'
import type { Side } from './side.ts'

/**
 * What is needed of one side to copy a key to the other, to compare, and to prove that it works.
 *
 * Everything about a key must be in its value: what was copied is then all that a read can see.
 */
export interface Store<Value> {
  /** Undefined where there is nothing. */
  load(key: string): Promise<Value | undefined>
  /** Makes the key stand for this value, whatever it stood for. */
  save(key: string, value: Value): Promise<unknown>
  /** Whether or not there was anything. */
  remove(key: string): Promise<unknown>
  /** At most so many keys after the given one, in an order of the store's own that stays the same. */
  keys(after: string | undefined, limit: number): Promise<readonly string[]>
}

/** Both sides, and how the value of one becomes that of the other. */
export interface Stores<Legacy, Target> {
  readonly legacy: Store<Legacy>
  readonly target: Store<Target>
  readonly toTarget: (value: Legacy) => Target
  readonly toLegacy: (value: Target) => Legacy
}

/**
 * Makes the other side say what `from` says of a key. `isMine` is asked between the reading and the writing: a copy that has
 * taken so long that somebody else may copy the key by now writes nothing.
 *
 * Errors: those of the stores and of the conversion; SWITCHOVER.COPY_OVERDUE.
 */
export type Copy = (key: string, from: Side, isMine: () => boolean) => Promise<'copied' | 'removed'>

/** The one way in which a value crosses over. */
export function createCopy<Legacy, Target>(stores: Stores<Legacy, Target>): Copy {
  const { legacy, target, toTarget, toLegacy } = stores
  return (key, from, isMine) =>
    from === 'legacy'
      ? move(key, legacy, target, toTarget, isMine)
      : move(key, target, legacy, toLegacy, isMine)
}

async function move<From, To>(
  key: string,
  from: Store<From>,
  to: Store<To>,
  convert: (value: From) => To,
  isMine: () => boolean,
): Promise<'copied' | 'removed'> {
  const value = await from.load(key)
  const converted = value === undefined ? undefined : convert(value)
  if (!isMine()) throw errors.COPY_OVERDUE({ key })
  if (converted === undefined) {
    await to.remove(key)
    return 'removed'
  }
  await to.save(key, converted)
  return 'copied'
}
