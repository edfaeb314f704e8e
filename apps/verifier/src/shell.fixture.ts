import { PassThrough } from 'node:stream'
import { runCli } from './run-cli.ts'
import type { Shell } from './shell.ts'

/** Runs a command line inside the test, on a shell that keeps what it is given. Nobody presses Ctrl-C there. */
export async function runInside(
  args: readonly string[],
  { folder = '/', environment = {} }: Partial<Pick<Shell, 'folder' | 'environment'>> = {},
) {
  const said = { stdout: '', stderr: '' }
  let code = 0
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
      code = given
    },
  }
  await runCli(shell, args)
  // Streams hand their data on in the next turn.
  await new Promise((resolve) => setImmediate(resolve))
  return { code, ...said }
}
