import { defineErrors, type Failure, isFailure } from './index.ts'

// Checked by `pnpm typecheck`; nothing here runs.
const errors = defineErrors('PORT', {
  TAKEN: { message: (v: { port: number }) => `${v.port}`, fix: (v) => `${v.port.toFixed(0)}` },
  CLOSED: { message: () => 'closed', fix: 'open' },
})

export const taken: Failure<'PORT.TAKEN', Readonly<{ port: number }>> = errors.TAKEN({ port: 1 })
export const code: 'PORT.CLOSED' = errors.CLOSED.code
export const plain: Failure = errors.TAKEN({ port: 1 })
export const narrowed = (error: unknown): 'PORT.CLOSED' | undefined =>
  isFailure(error, errors.CLOSED.code) ? error.code : undefined

// @ts-expect-error a value is missing
errors.TAKEN({})
// @ts-expect-error values are missing
errors.TAKEN()
// @ts-expect-error a value has the wrong type
errors.TAKEN({ port: '1' })
// @ts-expect-error there is no such error
errors.OPEN?.()
// @ts-expect-error a namespace is in capitals
defineErrors('port', {})
// @ts-expect-error the fix knows only the values of the message
defineErrors('A', { B: { message: (v: { port: number }) => `${v.port}`, fix: (v) => v.host } })
