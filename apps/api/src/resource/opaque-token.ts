import type { z } from 'zod'
import { errors } from '../errors.ts'

/** A value as text that its reader gives back as it is. It is not a secret, and not signed. */
export function tokenOf(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** Reads it again. Errors: API.PAGE_TOKEN_INVALID. */
export function readToken<Shape extends z.ZodType>(shape: Shape, token: string): z.infer<Shape> {
  const { success, data } = shape.safeParse(parsed(token))
  if (!success) throw errors.PAGE_TOKEN_INVALID({ why: 'it was not made here' })
  return data
}

function parsed(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
