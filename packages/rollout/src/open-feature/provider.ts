import {
  ErrorCode,
  type EvaluationContext,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  type ResolutionDetails,
  StandardResolutionReasons,
} from '@openfeature/server-sdk'
import type { PhaseScope } from '../phase-scope.ts'
import type { PhaseWatch } from '../phase-watch.ts'
import { readsTarget } from '../read-share.ts'
import type { StoredPhase } from '../stored-phase.ts'

/** The names of the flags that the provider answers: for a migration `crm`, `crm.phase` and so on. */
export const providerFlags = Object.freeze({
  /** Text: the name of the phase. */
  phase: 'phase',
  /** Boolean: whether this reader (`targetingKey`, `tenant`) reads from the target. */
  readsTarget: 'reads-target',
  /** Number, 0..100. */
  readPercent: 'read-percent',
  /** Text: `legacy` or `target`. */
  authority: 'authority',
})

type Answer = string | number | boolean

const answers: Readonly<
  Record<string, (phase: StoredPhase, context: EvaluationContext) => Answer | undefined>
> = {
  [providerFlags.phase]: ({ phase }) => phase.name,
  [providerFlags.authority]: ({ phase }) => phase.authority,
  [providerFlags.readPercent]: ({ readPercent }) => readPercent,
  [providerFlags.readsTarget]: (phase, { targetingKey, tenant }) =>
    targetingKey === undefined
      ? undefined
      : readsTarget(phase, { key: targetingKey, ...(typeof tenant === 'string' && { tenant }) }),
}

/**
 * Answers the flags of one migration from the phase that a process follows, of one request where a scope pins it.
 *
 * It never throws: the default is given with the reason. Decide no write by it: a write asks the database (`lockPhase`).
 */
export function createProvider(
  migration: string,
  watch: PhaseWatch,
  scope: Pick<PhaseScope, 'current'> = watch,
): Provider {
  const events = new OpenFeatureEventEmitter()
  const flagsChanged = Object.values(providerFlags).map((name) => `${migration}.${name}`)
  const stop = watch.onChange(() => events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged }))
  const resolve = <T extends JsonValue>(
    type: 'string' | 'number' | 'boolean' | 'object',
    flag: string,
    fallback: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> => {
    const [of, name] = split(flag)
    const answer = of === migration ? answers[name] : undefined
    return Promise.resolve(
      answer === undefined
        ? refused(fallback, ErrorCode.FLAG_NOT_FOUND, `there is no flag ${flag}`)
        : answered(type, fallback, () => answer(scope.current(), context)),
    )
  }
  return {
    metadata: { name: `changeover ${migration}` },
    runsOn: 'server',
    events,
    onClose: () => Promise.resolve(stop()),
    resolveBooleanEvaluation: (flag, fallback, context) => resolve('boolean', flag, fallback, context),
    resolveStringEvaluation: (flag, fallback, context) => resolve('string', flag, fallback, context),
    resolveNumberEvaluation: (flag, fallback, context) => resolve('number', flag, fallback, context),
    resolveObjectEvaluation: (flag, fallback, context) => resolve('object', flag, fallback, context),
  }
}

function split(flag: string): readonly [string, string] {
  const dot = flag.lastIndexOf('.')
  return [flag.slice(0, dot), flag.slice(dot + 1)]
}

function answered<T extends JsonValue>(
  type: string,
  fallback: T,
  ask: () => Answer | undefined,
): ResolutionDetails<T> {
  try {
    const value = ask()
    if (value === undefined)
      return refused(fallback, ErrorCode.TARGETING_KEY_MISSING, 'the context has no targetingKey')
    if (typeof value !== type)
      return refused(fallback, ErrorCode.TYPE_MISMATCH, `the flag is a ${typeof value}`)
    // The type asked for is the type of the default, as was just checked.
    return { value: value as T, variant: String(value), reason: StandardResolutionReasons.TARGETING_MATCH }
  } catch (error) {
    return refused(
      fallback,
      ErrorCode.PROVIDER_NOT_READY,
      error instanceof Error ? error.message : String(error),
    )
  }
}

function refused<T>(value: T, errorCode: ErrorCode, errorMessage: string): ResolutionDetails<T> {
  return { value, errorCode, errorMessage, reason: StandardResolutionReasons.ERROR }
}
