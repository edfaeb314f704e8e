import type { Found } from '@changeover/migration'
import { textIn, valueIn } from '../api/api-client.ts'
import { listOf } from '../api/list-of.ts'
import { errors } from '../errors.ts'

/** What a check says whose claims hold or do not. */
export function judged(claims: readonly (readonly [claim: string, holds: boolean])[]): Found {
  const broken = claims.filter(([, holds]) => !holds)
  return {
    evidence: `${claims.length - broken.length} of ${claims.length} steps as they should be`,
    problems: broken.map(([claim]) => errors.SMOKE_BROKEN.problem({ claim })),
  }
}

/** The keys of the rows that a list answered. */
export function idsIn(body: unknown): readonly string[] {
  return listOf(valueIn(body, 'items')).flatMap((item) => textIn(item, 'id') ?? [])
}
