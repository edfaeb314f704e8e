import { errors as databaseErrors, toFailure } from '@changeover/database'
import { causesOf } from '@changeover/errors'
import type { FastifyError, FastifyInstance } from 'fastify'
import { errors } from '../errors.ts'
import { answerProblem } from '../problem.ts'

/** What the phase says of a legacy model. */
export interface LegacyState {
  readonly migration: string
  /** Whether its tables are archived; the views in their place may have been kept. */
  isContracted(): boolean
}

/** Answers 410 for every operation of this instance whose tables and views are no longer there. */
export function sayWhatIsGone(app: FastifyInstance, { migration, isContracted }: LegacyState): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const gone = isContracted() && isTableMissing(error)
    answerProblem(gone ? errors.LEGACY_GONE({ migration }, { cause: error }) : error, request, reply)
  })
}

function isTableMissing(error: unknown): boolean {
  return [error, ...causesOf(error)].some(
    (each) => toFailure(each).code === databaseErrors.TABLE_MISSING.code,
  )
}
