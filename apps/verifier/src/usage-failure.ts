import type { Command } from '@commander-js/extra-typings'
import type { CommanderError } from 'commander'
import { errors } from './errors.ts'
import { nearest } from './nearest.ts'

/** The coded failure for a command line that could not be understood. */
export function usageFailure(error: CommanderError, program: Command, args: readonly string[]) {
  const words = args.filter((arg) => !arg.startsWith('-'))
  const outer = program.commands.find((each) => each.name() === words[0])
  const inner = outer?.commands.find((each) => each.name() === words[1])
  const command = inner ?? outer
  const called = ['changeover', ...[outer, inner].flatMap((each) => (each ? [each.name()] : []))].join(' ')
  const name = /'([^']+)'/.exec(error.message)?.[1] ?? ''
  if (error.code === 'commander.unknownCommand')
    return errors.COMMAND_UNKNOWN({ name, nearest: nearest(name, namesOf(outer ?? program)) })
  if (error.code === 'commander.unknownOption') {
    const options = (command ?? program).options.flatMap(({ long }) => (long ? [long] : []))
    return errors.OPTION_UNKNOWN({ name, command: called, nearest: nearest(name, options) })
  }
  const said = error.message.replace(/^error: /, '').replace(/\.$/, '')
  return errors.USAGE_WRONG({ command: called, said })
}

function namesOf(program: { readonly commands: readonly { name(): string }[] }): readonly string[] {
  return program.commands.map((each) => each.name())
}
