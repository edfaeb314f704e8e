/** Any OpenFeature client as a source of the flags. */
import type { Client, EvaluationContext } from '@openfeature/server-sdk'
import { errors } from './errors.ts'
import type { FlagSource } from './flag-source.ts'
import type { SwitchoverFlags } from './flags.ts'

/** The keys of the boolean flags. What has no key is left to the others. */
export type OpenFeatureKeys = Readonly<
  Record<'newStorage' | 'newSave' | 'newLoad', string> & Partial<Record<'parallel' | 'monitoring', string>>
>

/**
 * Takes the flags from boolean flags of a client. A flag without a usable answer keeps the last one it gave: an outage is
 * never another mode.
 *
 * Cost: one evaluation for each key and operation, in memory with most providers. Errors:
 * SWITCHOVER.FLAG_UNANSWERED before a flag has had an answer.
 */
export function openFeatureFlags(
  client: Pick<Client, 'getBooleanDetails'>,
  keys: OpenFeatureKeys,
  context?: EvaluationContext,
): FlagSource {
  const last = new Map<string, boolean>()
  const ask = async (key: string | undefined, otherwise: boolean | undefined) => {
    if (key === undefined) return otherwise
    const { value, errorCode } = await client.getBooleanDetails(key, false, context)
    if (errorCode === undefined) last.set(key, value)
    const known = last.get(key)
    if (known === undefined) throw errors.FLAG_UNANSWERED({ flag: key, errorCode: String(errorCode) })
    return known
  }
  return async (): Promise<SwitchoverFlags> => {
    const [newStorage, newSave, newLoad, parallel, monitoring] = await Promise.all([
      ask(keys.newStorage, false),
      ask(keys.newSave, false),
      ask(keys.newLoad, false),
      ask(keys.parallel, undefined),
      ask(keys.monitoring, undefined),
    ])
    return {
      newStorage: newStorage ?? false,
      newSave: newSave ?? false,
      newLoad: newLoad ?? false,
      parallel,
      monitoring,
    }
  }
}
