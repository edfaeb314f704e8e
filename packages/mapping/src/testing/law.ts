/** Runs one statement on one PostgreSQL connection. The laws open a transaction on it and roll it back. */
export type Query = (
  text: string,
  params?: unknown[],
) => Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>

/** One claim about a rule kind or a mapping, for any test runner: `it(law.name, () => law.run(query))`. */
export interface Law {
  readonly name: string
  /** Resolves where the claim holds. Errors: MAPPING.LAW_BROKEN with the rule, the row and the seed. */
  run(query: Query): Promise<void>
}

export interface LawOptions {
  /** Decides the generated rows; a broken law names it. */
  readonly seed?: number
  /** Rows for each rule and direction, besides one for each of its `inputs`. */
  readonly rows?: number
}

export const defaults = { seed: 20_261_121, rows: 80 } as const
