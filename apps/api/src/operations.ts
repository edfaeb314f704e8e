import type { PhaseWatch } from '@changeover/rollout'
import type { FastifyInstance } from 'fastify'

export interface OperationsOptions {
  readonly version: string
  readonly watch: Pick<PhaseWatch, 'current' | 'ageMs'>
  /** Whether the database answers. */
  isReachable(): Promise<boolean>
}

/** What load balancers and deployments ask: whether the process lives, whether it can answer, and which build it is. */
export function operations(app: FastifyInstance, { version, watch, isReachable }: OperationsOptions): void {
  const quiet = { schema: { tags: ['operations'] }, config: { rateLimit: false, pressureHandler: () => {} } }
  app.get('/livez', quiet, async () => ({ status: 'alive' }))
  app.get('/readyz', quiet, async (_request, reply) => {
    const ok = await isReachable()
    const { migration, phase, epoch } = watch.current()
    const state = { migration, phase: phase.name, epoch, phaseAgeMs: Math.round(watch.ageMs()) }
    return reply.code(ok ? 200 : 503).send({ status: ok ? 'ready' : 'no database', ...state })
  })
  app.get('/version', quiet, async () => ({ version }))
}
