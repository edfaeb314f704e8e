import { type Check, type Migration } from '@changeover/migration'
import { checkFlags, type Environment, flagText, phases } from '@changeover/rollout'
import { errors } from '../errors.ts'
import { type ApiClient, textIn, valueIn } from './api-client.ts'
import { listOf } from './list-of.ts'

/** Whether a running API is ready, and acts by the phase that the flags of the environment mean. */
export function phaseCheck(
  api: ApiClient,
  { name, flags }: Migration,
  { environment }: { readonly environment: Environment },
): Check {
  return {
    name: 'api-flags',
    claim: 'the API is ready, and acts by the phase that the flags mean',
    async look() {
      const said = await readiness(api, name)
      const acting = phases[said as keyof typeof phases] // undefined for a name that is none, which is handled
      if (acting === undefined) throw errors.API_PHASE_UNKNOWN({ url: api.url, migration: name })
      const isSaid = [flags.useTarget, flags.dualWrite, flags.legacyReadOnly].some(
        (flag) => (environment[flag] ?? '') !== '',
      )
      if (!isSaid)
        return { evidence: `${acting.name}; the environment sets no flag to compare it with`, problems: [] }
      const { reading, problems } = checkFlags(environment, { migration: name, phase: acting }, flags)
      return {
        evidence: `${acting.name}; ${reading === undefined ? 'the flags mean no phase' : flagText(reading, flags)}`,
        problems,
      }
    },
  }
}

/** By which phase the API acts on a migration; undefined where it serves none of that name. */
async function readiness(api: ApiClient, migration: string): Promise<string | undefined> {
  const { body } = await api.need('GET /readyz')
  const own = listOf(valueIn(body, 'systems')).find((each) => textIn(each, 'migration') === migration)
  return textIn(own, 'phase')
}
