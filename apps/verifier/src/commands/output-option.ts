import { InvalidArgumentError, Option } from '@commander-js/extra-typings'

export const outputFormats = ['table', 'json', 'ndjson', 'junit', 'sarif', 'markdown'] as const
export type OutputFormat = (typeof outputFormats)[number]

/** A format, and the file it goes to; stdout unless one is named. */
export interface Output {
  readonly format: OutputFormat
  readonly file: string | undefined
}

/** `--output <format>` for stdout, `--output <format>=<file>` for a file; as often as one likes. */
export function outputOption() {
  return new Option(
    '--output <format[=file]>',
    `${outputFormats.join(', ')}: to stdout, or to a file beside it; may be given again`,
  ).argParser(readOutput)
}

function readOutput(given: string, before: readonly Output[] | undefined): readonly Output[] {
  const [name = '', ...rest] = given.split('=')
  const format = outputFormats.find((each) => each === name)
  const file = rest.length === 0 ? undefined : rest.join('=')
  if (format === undefined || file === '')
    throw new InvalidArgumentError(`Give ${outputFormats.join(', ')}, or one of these with =file.`)
  return [...(before ?? []), { format, file }]
}
