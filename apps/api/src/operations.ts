import { phaseNames, type StoredPhase } from '@changeover/rollout'
import type { FastifyInstance } from 'fastify'
import { problems } from './documented.ts'

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
  const quiet = { access: 'open', rateLimit: false } as const
  const described = (summary: string, answers: object) => ({
    schema: { tags: ['operations'], summary, response: { ...answers, ...problems } },
    config: quiet,
  })
  app.get('/livez', described('Whether the process lives', { 200: statusOf('alive') }), async () => ({
    status: 'alive',
  }))
  app.get(
    '/readyz',
    described('Whether it can answer, and by which phases', readyAnswers),
    async (_request, reply) => {
      const ok = await isReachable()
      return reply
        .code(ok ? 200 : 503)
        .send({ status: ok ? 'ready' : 'no database', systems: systems().map(readiness) })
    },
  )
  app.get('/version', described('Which build it is', { 200: versionAnswer }), async () => ({ version }))
}

const text = { type: 'string' }
const system = {
  type: 'object',
  required: ['migration', 'installed'],
  properties: {
    migration: { ...text, examples: ['work-items'] },
    installed: { type: 'boolean' },
    phase: { type: 'string', enum: phaseNames },
    epoch: { ...text, description: 'The number of the phase change.', examples: ['1'] },
    phaseAgeMs: { type: 'integer', description: 'When the database last confirmed it.' },
  },
}
const statusOf = (status: string) => ({
  title: status,
  type: 'object',
  required: ['status'],
  properties: { status: { const: status } },
})
const ready = (status: string) => ({
  title: status,
  type: 'object',
  required: ['status', 'systems'],
  properties: { status: { const: status }, systems: { type: 'array', items: system } },
})
const readyAnswers = { 200: ready('ready'), 503: ready('no database') }
const versionAnswer = {
  title: 'version',
  type: 'object',
  required: ['version'],
  properties: { version: text },
}

function readiness({ migration, known }: SystemReadiness) {
  if (known === undefined) return { migration, installed: false }
  const { stored, ageMs } = known
  const { phase, epoch } = stored
  return { migration, installed: true, phase: phase.name, epoch, phaseAgeMs: Math.round(ageMs) }
}
