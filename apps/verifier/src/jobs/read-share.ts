import { observe } from '@changeover/migration'
import { arrowsFrom, type GateName, setReadShare } from '@changeover/rollout'
import { exitCodes } from '../exit-code.ts'
import { operatorName } from '../operator-name.ts'
import type { Job } from '../perform.ts'

export interface ReadShareSettings {
  readonly percent: number
  readonly tenants: readonly string[]
  /** Whether readers may be taken back to legacy. */
  readonly isLower: boolean
  readonly reason: string
  readonly waive?: readonly GateName[] | undefined
}

/** Changes who reads from the target while legacy leads. Errors: those of setReadShare; ROLLOUT.GATES_CLOSED declines. */
export function readShare({ percent, tenants, isLower, reason, waive }: ReadShareSettings): Job {
  return async ({ database, migration, environment }) => {
    const stored = await setReadShare(
      database,
      {
        migration: migration.name,
        percent,
        tenants,
        direction: isLower ? 'lower' : 'raise',
        by: operatorName(environment),
        reason,
      },
      {
        observe: ({ phase }) =>
          observe(
            database,
            migration,
            { gates: arrowsFrom(phase.name).flatMap(({ gates }) => gates) },
            { rehearsal: 'none' },
          ),
        ...(waive && { waive }),
      },
    )
    const named = stored.readTenants.length === 0 ? '' : `, and tenants ${stored.readTenants.join(', ')}`
    return {
      exitCode: exitCodes.fine,
      data: { stored },
      text: `✓ ${stored.readPercent} % of keys read from the target${named}.`,
    }
  }
}
