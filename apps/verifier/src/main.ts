import { runCli } from './run-cli.ts'
import { processShell } from './shell.ts'

// A reader that has enough (`changeover docs | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

await runCli(processShell(process), process.argv.slice(2))
