import { describeFailure, failureToJson, isFailure } from '@changeover/errors'
import { exitCodeOf } from './exit-code.ts'
import type { Outcome } from './outcome.ts'
import type { Shell } from './shell.ts'
import { coloured } from './talk.ts'

interface Asked {
  readonly command: string
  readonly json?: boolean | undefined
}

/** Prints the data of a command on stdout: one JSON document, or text. */
export function printOutcome(shell: Shell, { command, json }: Asked, outcome: Outcome): void {
  const { exitCode, data, text } = outcome
  shell.stdout.write(json === true ? jsonText({ command, exitCode, result: data }) : `${text}\n`)
}

/** Prints why a command failed: as text on stderr, and with `--json` as one document on stdout as well. */
export function printFailure(shell: Shell, { command, json }: Asked, thrown: unknown): void {
  const failure = isFailure(thrown) ? failureToJson(thrown) : { message: messageOf(thrown) }
  if (json === true) shell.stdout.write(jsonText({ command, exitCode: exitCodeOf(thrown), failure }))
  shell.stderr.write(`${coloured('red', '✗', shell.stderr)} ${describe(thrown)}\n`)
}

function describe(thrown: unknown): string {
  if (isFailure(thrown)) return describeFailure(thrown)
  const stack = thrown instanceof Error ? thrown.stack : undefined
  return `This is a bug of changeover. Please report it with these lines:\n${stack ?? messageOf(thrown)}`
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

function jsonText(document: object): string {
  const plain = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)
  return `${JSON.stringify(document, plain, 2)}\n`
}
