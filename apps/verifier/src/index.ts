/** The command line as a function, for whoever runs it inside another program. */
export { runCli } from './run-cli.ts'
export { processShell, type Shell } from './shell.ts'
export { type ExitCode, exitCodeMeanings, exitCodes } from './exit-code.ts'
export { errors } from './errors.ts'
