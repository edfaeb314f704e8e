import { causesOf, type Failure } from '@changeover/errors'
import { errors } from './errors.ts'
import { legacyReadOnlyState, rowRefusedState, truncateRefusedState } from './sql-state.ts'

/**
 * What dual write refused, in its own words: DUAL_WRITE.ROW_REFUSED, LEGACY_READ_ONLY or TRUNCATE_REFUSED, with the error as its cause.
 * Undefined for any other error. Works on failures of this family, on MikroORM's exceptions and on the driver's errors.
 */
export function refusalIn(error: unknown): Failure | undefined {
  for (const each of [error, ...causesOf(error)]) {
    const { code, detail, message, table } = reported(each)
    if (code === truncateRefusedState)
      return errors.TRUNCATE_REFUSED({ table: table ?? '?', said: message ?? '' }, { cause: error })
    if (code === legacyReadOnlyState) {
      const { operation = '?', phase = '?', proxy } = parsed(detail)
      const values = { operation, table: table ?? '?', phase, proxy: proxy ?? undefined }
      return errors.LEGACY_READ_ONLY(values, { cause: error })
    }
    if (code !== rowRefusedState) continue
    const { mapping = '?', key = [], field = '?', why = '?', rule = '?' } = parsed(detail)
    return errors.ROW_REFUSED({ mapping, key: key.join(', '), field, why, rule }, { cause: error })
  }
  return undefined
}

interface Detail {
  readonly mapping?: string
  readonly key?: readonly string[]
  readonly field?: string
  readonly why?: string
  readonly rule?: string
  readonly operation?: string
  readonly phase?: string
  readonly proxy?: string | null
}

function parsed(detail: string | undefined): Detail {
  try {
    return JSON.parse(detail ?? '{}') as Detail // our own function wrote it
  } catch {
    return {}
  }
}

/** The members that node-postgres gives an error of the server, whatever wraps it. */
function reported(error: unknown): Partial<Record<'code' | 'detail' | 'message' | 'table', string>> {
  if (typeof error !== 'object' || error === null) return {}
  const members = ['code', 'detail', 'message', 'table'] as const
  return Object.fromEntries(
    members.flatMap((name) => {
      const value: unknown = Reflect.get(error, name)
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
}
