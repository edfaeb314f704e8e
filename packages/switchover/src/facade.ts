import type { Answer, Call, Operation } from './operation.ts'
import type { Outcome } from './outcome.ts'
import { performRead, readBoth } from './perform-read.ts'
import { performWrite } from './perform-write.ts'
import type { Side } from './side.ts'
import type { Workshop } from './workshop.ts'

export type Operations = Readonly<Record<string, Operation>>

/** The operations with the signatures of their implementations. */
export type Facade<O extends Operations> = {
  readonly [Name in keyof O]: O[Name] extends Operation<infer F> ? F : never
}

/** What both sides made of one operation. The authority's outcome is what a caller of the facade would have got. */
export interface Both<T> {
  readonly authority: Side
  readonly legacy: Outcome<T>
  readonly target: Outcome<T>
}

/** The operations with the results of both sides. */
export type BothFacade<O extends Operations> = {
  readonly [Name in keyof O]: O[Name] extends Operation<infer F> ? BothCall<F> : never
}
type BothCall<F extends Call> = (...args: Parameters<F>) => Promise<Both<Answer<F>>>

/** One answer for each call: that of the side that leads. */
export function facadeOf<O extends Operations>(shop: Workshop, operations: O): Facade<O> {
  return mapped(operations, (name, operation) => (...args: readonly unknown[]) => {
    if (operation.access === 'read') return performRead(shop, name, operation, args)
    return answerOf(shop, name, operation, args)
  }) as unknown as Facade<O> // the signatures are those that the operations were defined with
}

/** Waits for both sides and gives both results. */
export function bothFacadeOf<O extends Operations>(shop: Workshop, operations: O): BothFacade<O> {
  return mapped(
    operations,
    (name, operation) =>
      (...args: readonly unknown[]) =>
        operation.access === 'read'
          ? readBoth(shop, name, operation, args)
          : writeBoth(shop, name, operation, args),
  ) as unknown as BothFacade<O> // see above
}

async function answerOf(shop: Workshop, name: string, operation: Operation, args: readonly unknown[]) {
  const { answer } = await performWrite(shop, name, operation, args)
  if (answer.status === 'answered') return answer.answer
  throw answer.status === 'failed' ? answer.error : answer
}

async function writeBoth(
  shop: Workshop,
  name: string,
  operation: Operation,
  args: readonly unknown[],
): Promise<Both<unknown>> {
  const { authority, answer, second } = await performWrite(shop, name, operation, args)
  const skipped = { status: 'skipped', reason: 'the other side is not written now' } as const
  const other = (await second) ?? skipped
  return {
    authority,
    legacy: authority === 'legacy' ? answer : other,
    target: authority === 'target' ? answer : other,
  }
}

function mapped<T>(
  operations: Operations,
  how: (name: string, operation: Operation) => T,
): Record<string, T> {
  return Object.freeze(
    Object.fromEntries(Object.entries(operations).map(([name, each]) => [name, how(name, each)])),
  )
}
