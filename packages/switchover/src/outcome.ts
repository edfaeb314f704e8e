/** What one side made of an operation. */
export type Outcome<T> =
  | { readonly status: 'answered'; readonly answer: T }
  | { readonly status: 'failed'; readonly error: unknown }
  /** It was not asked, or nobody waited for it. */
  | { readonly status: 'skipped'; readonly reason: string }

export async function outcomeOf<T>(answer: Promise<T>): Promise<Outcome<T>> {
  try {
    return { status: 'answered', answer: await answer }
  } catch (error) {
    return { status: 'failed', error }
  }
}
