/**
 * Makes the error for a state that cannot be reached unless this code is wrong: `throw bug('…')`.
 *
 * It is no failure: there is no code to look up and nothing the user could mend.
 */
export function bug(claim: string, cause?: unknown): Error {
  const error = new Error(`This is a bug: ${claim}`, cause === undefined ? {} : { cause })
  error.name = 'Bug'
  Error.captureStackTrace(error, bug)
  return error
}
