import type { Side } from './side.ts'

/** A function whose signature is kept. Parameters are contravariant, so `never` admits them all. */
export type Call = (...args: never[]) => Promise<unknown>
export type Answer<F extends Call> = Awaited<ReturnType<F>>

/** Both sides answer in the same shape. */
export interface SameShape<F extends Call> {
  readonly legacy: F
  readonly target: NoInfer<F>
}

/** The target answers in another shape, and callers are given that of legacy. */
export interface LegacyShape<F extends Call, T> {
  readonly legacy: F
  readonly target: (...args: Parameters<F>) => Promise<T>
  /** The target's answer as legacy would give it. It throws what is no answer at all. */
  readonly fromTarget: (answer: T, ...args: Parameters<F>) => Answer<F>
}

/** Legacy answers in another shape, and callers are given that of the target. */
export interface TargetShape<F extends Call, L> {
  readonly target: F
  readonly legacy: (...args: Parameters<F>) => Promise<L>
  /** Legacy's answer as the target would give it. It throws what is no answer at all. */
  readonly fromLegacy: (answer: L, ...args: Parameters<F>) => Answer<F>
}

interface Keyed<F extends Call> {
  /** What the call is about. Writes of the same key reach both sides in the same order. */
  readonly key: (...args: Parameters<F>) => string
}

/** One operation with its two implementations, both answering in the shape that callers see. */
export interface Operation<F extends Call = Call> {
  readonly access: 'read' | 'write'
  readonly key: (args: readonly unknown[]) => string
  readonly sides: Readonly<Record<Side, (args: readonly unknown[]) => Promise<Answer<F>>>>
  /** The signature that the facade shows; it exists for the compiler alone. */
  readonly signature?: F
}

/** An operation that changes nothing, and may be asked of either side. */
export function read<F extends Call, T>(definition: LegacyShape<F, T> & Keyed<NoInfer<F>>): Operation<F>
export function read<F extends Call, L>(definition: TargetShape<F, L> & Keyed<NoInfer<F>>): Operation<F>
export function read<F extends Call>(definition: SameShape<F> & Keyed<NoInfer<F>>): Operation<F>
export function read(definition: AnyDefinition): Operation {
  return operation('read', definition)
}

/** An operation that changes what one key stands for. Its implementations must bear to be repeated. */
export function write<F extends Call, T>(definition: LegacyShape<F, T> & Keyed<NoInfer<F>>): Operation<F>
export function write<F extends Call, L>(definition: TargetShape<F, L> & Keyed<NoInfer<F>>): Operation<F>
export function write<F extends Call>(definition: SameShape<F> & Keyed<NoInfer<F>>): Operation<F>
export function write(definition: AnyDefinition): Operation {
  return operation('write', definition)
}

interface AnyDefinition {
  readonly legacy: Call
  readonly target: Call
  readonly key: (...args: never[]) => string
  readonly fromTarget?: (answer: never, ...args: never[]) => unknown
  readonly fromLegacy?: (answer: never, ...args: never[]) => unknown
}

function operation(access: Operation['access'], definition: AnyDefinition): Operation {
  const { legacy, target, key, fromLegacy, fromTarget } = definition
  return Object.freeze({
    access,
    // The facade passes on what the compiler has checked against the signature.
    key: (args: readonly unknown[]) => key(...(args as never[])),
    sides: Object.freeze({ legacy: adapted(legacy, fromLegacy), target: adapted(target, fromTarget) }),
  })
}

function adapted(implementation: Call, adapt: ((answer: never, ...args: never[]) => unknown) | undefined) {
  // `async`, so that what is thrown at once is a rejection like any other.
  return async (args: readonly unknown[]) => {
    const given = args as never[] // see above
    const answer = await implementation(...given)
    return adapt === undefined ? answer : adapt(answer as never, ...given)
  }
}
