import type { Failure } from './failure.ts'
import { placeholders } from './placeholders.ts'
import type { Problem } from './problem.ts'

/** One line of a catalogue: how the message and the fix are made from the values. */
export interface ErrorEntry<Values> {
  /** One sentence with names and values. Annotate its parameter: the rest is inferred from it. */
  readonly message: (values: Values) => string
  /** One imperative sentence, with the command to type where there is one. */
  readonly fix: string | ((values: NoInfer<Values>) => string)
  /** Whether the same call may succeed later without anybody changing anything; `false` unless given. */
  readonly retriable?: boolean
}

export interface FailureOptions {
  readonly cause?: unknown
}

/** One error as the documentation shows it, with `‹name›` in the place of each value. */
export interface ErrorDoc {
  readonly code: string
  readonly message: string
  readonly fix: string
  readonly retriable: boolean
}

/** Makes a failure to throw when called, or a problem to return. */
export interface ErrorCreator<Code extends string, Values> {
  (...args: Arguments<Values, [options?: FailureOptions]>): Failure<Code, Readonly<Values>>
  readonly code: Code
  problem(...args: Arguments<Values, []>): Problem<Code, Readonly<Values>>
}

/** The creators of one package, by name, and the list of them. */
export type ErrorSet<Namespace extends string = string, Catalogue = Record<never, never>> = {
  readonly [Name in keyof Catalogue & string]: ErrorCreator<`${Namespace}.${Name}`, Catalogue[Name]>
} & {
  /** Every entry with `‹name›` in the place of each value, in order of definition. */
  readonly catalogue: () => readonly ErrorDoc[]
}

// An entry whose message takes nothing is created by `errors.NAME()`.
type Arguments<Values, Rest extends unknown[]> = unknown extends Values
  ? [values?: Record<never, never>, ...rest: Rest]
  : [values: Values, ...rest: Rest]

/**
 * Defines the errors of a package: `errors.NAME(values)` makes the failure `NAMESPACE.NAME`.
 *
 * @example
 * const errors = defineErrors('PORT', {
 *   TAKEN: { message: (v: { port: number }) => `Port ${v.port} is taken.`, fix: 'Set PORT to a free one.' },
 * })
 * errors.TAKEN({ port: 80 }).message // => 'Port 80 is taken.'
 * errors.TAKEN.code // => 'PORT.TAKEN'
 */
export function defineErrors<
  const Namespace extends Uppercase<string>,
  Catalogue extends Record<string, unknown>,
>(
  namespace: Namespace,
  catalogue: { readonly [Name in keyof Catalogue]: ErrorEntry<Catalogue[Name]> },
): ErrorSet<Namespace, Catalogue> {
  const entries = Object.entries<ErrorEntry<never>>(catalogue).map(
    ([name, entry]) => [name, `${namespace}.${name}`, entry] as const,
  )
  const creators = entries.map(([name, code, entry]) => [name, creatorOf(code, entry)] as const)
  const list = () => entries.map(([, code, entry]) => docOf(code, entry))
  // The keys come from the catalogue, which Object.entries forgets.
  return Object.freeze({ ...Object.fromEntries(creators), catalogue: list }) as unknown as ErrorSet<
    Namespace,
    Catalogue
  >
}

function creatorOf<Values>(code: string, entry: ErrorEntry<Values>) {
  const problem = (values = {} as Values): Problem<string, Values> =>
    Object.freeze({
      code,
      message: entry.message(values),
      values: Object.freeze({ ...values }),
      fix: fixOf(entry, values),
    })
  const create = (values?: Values, options: FailureOptions = {}): Failure<string, Values> => {
    const { message, ...rest } = problem(values)
    const error = new Error(message, 'cause' in options ? { cause: options.cause } : {})
    Object.defineProperty(error, 'name', { value: code, configurable: true, writable: true })
    Error.captureStackTrace(error, create)
    return Object.assign(error, rest, { retriable: entry.retriable ?? false })
  }
  return Object.freeze(Object.assign(create, { code, problem }))
}

function docOf(code: string, entry: ErrorEntry<never>): ErrorDoc {
  const values = placeholders()
  return Object.freeze({
    code,
    // A message that is nothing but a value gives the placeholder itself.
    message: String(entry.message(values)),
    fix: String(fixOf(entry, values)),
    retriable: entry.retriable ?? false,
  })
}

function fixOf<Values>(entry: ErrorEntry<Values>, values: Values): string {
  return typeof entry.fix === 'string' ? entry.fix : entry.fix(values)
}
