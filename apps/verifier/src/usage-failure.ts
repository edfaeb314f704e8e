import type { Command } from '@commander-js/extra-typings'
import type { CommanderError } from 'commander'
import { errors } from './errors.ts'
import { nearest } from './nearest.ts'

/** The coded failure for a command line that could not be understood. */
export function usageFailure(error: CommanderError, program: Command, args: readonly string[]) {
  const command = program.commands.find((each) => args.includes(each.name()))
  const called = ['changeover', ...(command ? [command.name()] : [])].join(' ')
  const name = /'([^']+)'/.exec(error.message)?.[1] ?? ''
  if (error.code === 'commander.unknownCommand')
    return errors.COMMAND_UNKNOWN({ name, nearest: nearest(name, namesOf(program)) })
  if (error.code === 'commander.unknownOption') {
    const options = (command ?? program).options.flatMap(({ long }) => (long ? [long] : []))
    return errors.OPTION_UNKNOWN({ name, command: called, nearest: nearest(name, options) })
  }
  const said = error.message.replace(/^error: /, '').replace(/\.$/, '')
  return errors.USAGE_WRONG({ command: called, said })
}

function namesOf(program: Command): readonly string[] {
  return program.commands.map((each) => each.name())
}
