/**
 * The errors behind an error, nearest first, each once.
 *
 * Node reports several refused addresses as one error without a message (AggregateError): its
 * members stand for it.
 */
export function causesOf(error: unknown): readonly unknown[] {
  const seen = new Set<unknown>([error])
  const waiting = directCauses(error)
  const causes: unknown[] = []
  for (let cause = waiting.shift(); cause !== undefined; cause = waiting.shift()) {
    if (seen.has(cause)) continue
    seen.add(cause)
    if (!isNamelessGroup(cause)) causes.push(cause)
    waiting.unshift(...directCauses(cause))
  }
  return causes
}

function directCauses(error: unknown): unknown[] {
  if (typeof error !== 'object' || error === null) return []
  const { cause, errors } = error as { cause?: unknown; errors?: unknown } // absent fields read as undefined
  return [...(cause === undefined || cause === null ? [] : [cause]), ...(Array.isArray(errors) ? errors : [])]
}

function isNamelessGroup(error: unknown): boolean {
  return error instanceof AggregateError && error.message === ''
}
