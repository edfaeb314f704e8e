import type { StoredPhase } from '@changeover/rollout'
import type { FastifyInstance } from 'fastify'

/** A system as `/readyz` tells of it. */
interface SystemReadiness {
  readonly migration: string
  /** The phase that this process acts by, and how old that knowledge is; undefined where the system is not installed. */
  readonly known: { readonly stored: StoredPhase; readonly ageMs: number } | undefined
}

export interface OperationsOptions {
  readonly version: string
  systems(): readonly SystemReadiness[]
  /** Whether the database answers. */
  isReachable(): Promise<boolean>
}

/** What load balancers and deployments ask: whether the process lives, whether it can answer, and which build it is. */
export function operations(app: FastifyInstance, { version, systems, isReachable }: OperationsOptions): void {
  const quiet = { schema: { tags: ['operations'] }, config: { rateLimit: false, pressureHandler: () => {} } }
  app.get('/livez', quiet, async () => ({ status: 'alive' }))
  app.get('/readyz', quiet, async (_request, reply) => {
    const ok = await isReachable()
    return reply
      .code(ok ? 200 : 503)
      .send({ status: ok ? 'ready' : 'no database', systems: systems().map(readiness) })
  })
  app.get('/version', quiet, async () => ({ version }))
}

function readiness({ migration, known }: SystemReadiness) {
  if (known === undefined) return { migration, installed: false }
  const { stored, ageMs } = known
  const { phase, epoch } = stored
  return { migration, installed: true, phase: phase.name, epoch, phaseAgeMs: Math.round(ageMs) }
}
