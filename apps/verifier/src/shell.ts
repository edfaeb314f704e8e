import type { Environment } from '@changeover/rollout'

/** What a command takes from the process it runs in. */
export interface Shell {
  readonly folder: string
  readonly environment: Environment
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  /** Calls back for each Ctrl-C or termination; returns how to stop listening. */
  onInterrupt(listener: () => void): () => void
  /** Ends the process at once, whatever still runs. */
  exit(code: number): never
  /** Says how the process ends when nothing is left to do. */
  setExitCode(code: number): void
}

/** The shell of a real process. */
export function processShell(of: NodeJS.Process): Shell {
  return {
    folder: of.cwd(),
    environment: of.env,
    stdout: of.stdout as NodeJS.WriteStream, // a file or a pipe has what is used of it
    stderr: of.stderr as NodeJS.WriteStream,
    onInterrupt(listener) {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) of.on(signal, listener)
      return () => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) of.off(signal, listener)
      }
    },
    exit: (code) => of.exit(code),
    setExitCode: (code) => {
      of.exitCode = code
    },
  }
}
