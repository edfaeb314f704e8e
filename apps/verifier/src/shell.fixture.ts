import { PassThrough } from 'node:stream'
import { documentShape, jsonCommands } from './json/document-shape.ts'
import { runCli } from './run-cli.ts'
import type { Shell } from './shell.ts'

/** Runs a command line inside the test, on a shell that keeps what it is given. Nobody presses Ctrl-C there. */
export async function runInside(args: readonly string[], around: Around = {}) {
  const { shell, said, ended } = shellOf(around)
  await runCli(shell, args)
  // Streams hand their data on in the next turn.
  await new Promise((resolve) => setImmediate(resolve))
  if (args.includes('--json')) requireDocumented(said.stdout)
  return { ...ended, ...said }
}

type Around = Partial<Pick<Shell, 'folder' | 'environment'>>

/** A shell that keeps what it is given. */
export function shellOf({ folder = '/', environment = {} }: Around = {}) {
  const said = { stdout: '', stderr: '' }
  const ended = { code: 0 }
  const keep = (name: keyof typeof said) => {
    const stream = new PassThrough()
    stream.on('data', (chunk: Buffer) => (said[name] += chunk.toString()))
    return stream as unknown as NodeJS.WriteStream // what a pipe has of it is all that is used
  }
  const shell: Shell = {
    folder,
    environment,
    stdout: keep('stdout'),
    stderr: keep('stderr'),
    onInterrupt: () => () => {},
    exit: () => {
      throw new Error('without Ctrl-C no command ends the process')
    },
    setExitCode: (given) => {
      ended.code = given
    },
  }
  return { shell, said, ended }
}

/** Whatever a test has a command print as JSON must be what its schema says. */
function requireDocumented(text: string): void {
  const document: { command: string } = JSON.parse(text)
  const command = jsonCommands.find((each) => each === document.command)
  // A call that is none has the name of what was typed.
  if (command === undefined) return
  const { error } = documentShape(command).safeParse(document)
  if (error)
    throw new Error(`${command} --json is not what docs/json says: ${JSON.stringify(error.issues)}\n${text}`)
}
