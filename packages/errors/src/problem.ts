/**
 * A finding that is data: looking for it was the job, so it is returned, never thrown.
 *
 * Shape: frozen and without methods, so it can be logged, stored and compared.
 */
export interface Problem<Code extends string = string, Values = Readonly<Record<string, unknown>>> {
  /** `NAMESPACE.SUBJECT_PROBLEM`; stable, what programs look at. */
  readonly code: Code
  /** One sentence with names and values, for people. */
  readonly message: string
  /** What the message was made of. */
  readonly values: Values
  /** One imperative sentence that says how to mend it. */
  readonly fix: string
}
