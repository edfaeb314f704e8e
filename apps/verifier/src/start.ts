import { type ExitCode, exitCodeOf, exitCodes } from './exit-code.ts'
import { listenForInterrupt } from './interruption.ts'
import { printFailure } from './print.ts'
import { processShell } from './shell.ts'
import { parseStartOptions, startHelp } from './start/start-options.ts'
import { talkOn } from './talk.ts'

const shell = processShell(process)
const talk = talkOn(shell.stderr)
const interruption = listenForInterrupt(shell, talk.say)
const code = await start()
talk.end()
interruption.stop()
shell.setExitCode(code)
if (interruption.signal.aborted) shell.exit(code)

async function start(): Promise<ExitCode> {
  try {
    const options = parseStartOptions(process.argv.slice(2))
    if (options.help) {
      shell.stdout.write(`${startHelp}\n`)
      return exitCodes.fine
    }
    const { runStart } = await import('./start/run-start.ts')
    return await runStart(shell, options, { talk, interruption })
  } catch (thrown) {
    talk.end()
    printFailure(shell, { command: 'start' }, thrown)
    return exitCodeOf(thrown)
  }
}
