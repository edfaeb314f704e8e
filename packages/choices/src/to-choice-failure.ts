import { toFailure } from '@changeover/database'
import { causesOf, type Failure } from '@changeover/errors'
import { errors } from './errors.ts'

/** What the database means by an error of a change of choices, where it is one that this system refuses; undefined otherwise. */
export function toChoiceFailure(error: unknown): Failure | undefined {
  for (const cause of [error, ...causesOf(error)]) {
    const constraint = String(toFailure(cause).values['constraint'])
    if (constraint.endsWith(suffix))
      return errors.CHOICE_IN_USE({ table: constraint.slice(0, -suffix.length) }, { cause })
  }
  return undefined
}

const suffix = '_in_use'
