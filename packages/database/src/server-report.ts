/** What the server or the driver said about an error; absent fields were not told. */
export interface ServerReport {
  /** The message as it came. */
  readonly said: string
  /** Five characters, of the server's errors. */
  readonly sqlState?: string
  /** Whether the server ended the connection with it. */
  readonly isFatal?: boolean
  /** Of the operating system's errors, as Node names them. */
  readonly nodeCode?: string
  readonly detail?: string
  readonly hint?: string
  readonly schema?: string
  readonly table?: string
  readonly column?: string
  readonly constraint?: string
}

/** Reads what an error of the driver tells. */
export function reportOf(error: unknown): ServerReport {
  const said = saidBy(error)
  const code = textOf(error, 'code')
  if (code === undefined) return { said }
  if (!isSqlState(code)) return { said, nodeCode: code }
  const fields = ['detail', 'hint', 'schema', 'table', 'column', 'constraint'] as const
  const told = fields.flatMap((field) => {
    const text = textOf(error, field)
    return text === undefined ? [] : [[field, text] as const]
  })
  const isFatal = ['FATAL', 'PANIC'].includes(textOf(error, 'severity') ?? '')
  return { said, sqlState: code, ...(isFatal && { isFatal }), ...Object.fromEntries(told) }
}

// Codes of Node can have five characters too: EPIPE.
function isSqlState(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code)
}

// Node tells of several refused addresses in one error without a message of its own.
function saidBy(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(saidBy).join('; ')
  return textOf(error, 'message') ?? String(error)
}

function textOf(error: unknown, field: string): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const value = (error as Record<string, unknown>)[field] // absent fields read as undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}
