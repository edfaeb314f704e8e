import { causesOf } from './causes.ts'
import { causeToJson } from './failure-json.ts'
import type { Problem } from './problem.ts'

/**
 * The text a terminal shows for a failure or a problem: code, message, fix, causes; no stack.
 *
 * Control characters in values are shown as `\u001b`, so that stored text cannot drive the terminal.
 *
 * @example
 * const { TAKEN } = defineErrors('PORT', { TAKEN: { message: () => 'Port 80 is taken.', fix: 'Free it.' } })
 * describeFailure(TAKEN()) // => 'PORT.TAKEN: Port 80 is taken.\n  Fix: Free it.'
 */
export function describeFailure(failure: Problem & { readonly cause?: unknown }): string {
  const causes = causesOf(failure).map(causeToJson)
  return [
    `${failure.code}: ${visible(failure.message)}`,
    `Fix: ${visible(failure.fix)}`,
    ...causes.map(({ code, message }) => `Cause: ${code === undefined ? '' : `${code} `}${visible(message)}`),
  ].join('\n  ')
}

function visible(text: string): string {
  return text
    .replaceAll('\n', '\n    ')
    .replaceAll(/[^\P{Cc}\n\t]/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
