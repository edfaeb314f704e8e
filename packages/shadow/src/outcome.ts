/** How one side ended. */
export type Outcome =
  | { readonly ok: true; readonly value: unknown; readonly durationMs: number }
  | { readonly ok: false; readonly error: unknown; readonly durationMs: number }

/** Runs a side to its end, whatever that is: what it throws at once, too, is an outcome. */
export async function settle(run: () => unknown): Promise<Outcome> {
  const begun = performance.now()
  try {
    const value = await run()
    return { ok: true, value, durationMs: performance.now() - begun }
  } catch (error) {
    return { ok: false, error, durationMs: performance.now() - begun }
  }
}
