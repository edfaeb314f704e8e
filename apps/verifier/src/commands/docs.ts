import type { Shell } from '../shell.ts'
import { newCommand } from './new-command.ts'

export function docsCommand(shell: Shell) {
  return newCommand('docs', {
    summary: 'print the field-mapping reference as Markdown',
    description:
      'Prints, for each mapping, where each field goes, what is kept on the way there and on the way back, and where. ' +
      'It is generated from the mapping itself and needs no database.',
    examples: [['changeover docs work-items > docs/field-mapping.md', 'writes the reference']],
    exits: [0],
  }).action(async (migration, options) => {
    const { docs } = await import('../jobs/docs.ts')
    await docs(shell, { command: 'docs', migration, ...options })
  })
}
