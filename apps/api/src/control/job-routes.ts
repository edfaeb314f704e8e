import type { Pace } from '@changeover/backfill'
import {
  install,
  type Operating,
  phaseOf,
  recordOperation,
  requireFillable,
  runBackfill,
  runVerification,
  verifierOf,
} from '@changeover/migration'
import { errors as rolloutErrors } from '@changeover/rollout'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { errors } from '../errors.ts'
import { identified } from '../identity/authenticate.ts'
import type { Control } from './control-plane.ts'
import {
  backfillBody,
  described,
  job,
  migrationParams,
  numberedParams,
  reasonBody,
  retuneBody,
  undone,
  verificationBody,
} from './control-schemas.ts'
import type { JobRequest, Jobs } from './jobs.ts'

interface Asked<Body extends object = object> {
  Params: { migration: string }
  Body: Body & { readonly reason: string }
}

const path = '/control/migrations/:migration'
const accepted = { params: migrationParams, response: { 202: job } }

/** Long work: it begins, and goes on in this process whoever asked for it. What it has done another process can go on with. */
export function jobRoutes(app: FastifyInstance, control: Control): void {
  backfillRoutes(app, control)
  verificationRoute(app, control)
  fixRoutes(app, control)
  installRoute(app, control)
  stopRoute(app, control)
}

function backfillRoutes(app: FastifyInstance, control: Control): void {
  const { jobs, operating } = control
  app.post<Asked<Pace & { readonly restart?: boolean }>>(
    `${path}/backfill`,
    {
      config: { access: 'operator' },
      schema: described('Begin the backfill, or go on with it', { ...accepted, body: backfillBody }),
    },
    async (request, reply) => {
      const { reason: _reason, restart, ...pace } = request.body
      const asked = operating(request.params.migration)
      const begun = await jobs.start({
        ...asJob(control, request, 'backfill', async () => void (await requireFillable(asked))),
        pace,
        async run({ signal, pace: now, tell }) {
          const settings = { signal, pace: now, onProgress: tell, ...(restart !== undefined && { restart }) }
          const { isDone, ...outcome } = await runBackfill(asked, settings)
          return { isDone, outcome }
        },
      })
      return reply.code(202).send(begun)
    },
  )
  app.patch<Asked<Pace>>(
    `${path}/backfill`,
    {
      config: { access: 'operator' },
      schema: described('Change the pace of the backfill that runs in this process', {
        params: migrationParams,
        body: retuneBody,
        response: { 200: job },
      }),
    },
    async (request) => {
      const { migration } = operating(request.params.migration)
      const { reason: _reason, ...pace } = request.body
      requireJob(jobs, migration.name)
      await record(control, request, 'retune')
      return jobs.retune(migration.name, pace)
    },
  )
}

function verificationRoute(app: FastifyInstance, control: Control): void {
  const { jobs, operating } = control
  app.post<Asked<{ readonly strict?: boolean; readonly resume?: string }>>(
    `${path}/verifications`,
    {
      config: { access: 'operator' },
      schema: described('Begin a verification, or go on with an interrupted one', {
        ...accepted,
        body: verificationBody,
      }),
    },
    async (request, reply) => {
      const { strict, resume } = request.body
      const asked = operating(request.params.migration)
      const begun = await jobs.start({
        ...asJob(control, request, 'verification', () => requireStored(asked)),
        async run({ signal, tell }) {
          const options = { fix: false, strict, resume, signal, onProgress: tell }
          const { isInterrupted, verification } = await runVerification(asked, options)
          const { findings: _findings, ...outcome } = verification
          return { isDone: !isInterrupted, outcome }
        },
      })
      return reply.code(202).send(begun)
    },
  )
}

function fixRoutes(app: FastifyInstance, control: Control): void {
  const { jobs, operating, finishing } = control
  const config = { access: 'admin' } as const
  app.post<Asked>(
    `${path}/fixes`,
    {
      config,
      schema: described('Compare both sides, and mend what differs in the direction of the one that leads', {
        ...accepted,
        body: reasonBody,
      }),
    },
    async (request, reply) => {
      const asked = operating(request.params.migration)
      const begun = await jobs.start({
        ...asJob(control, request, 'fix', () => requireStored(asked)),
        async run({ signal, tell }) {
          const options = { fix: true, signal, onProgress: tell }
          const { isInterrupted, verification, fixes } = await runVerification(asked, options)
          const { findings: _findings, ...outcome } = verification
          return { isDone: !isInterrupted, outcome: { ...outcome, fixes } }
        },
      })
      return reply.code(202).send(begun)
    },
  )
  app.post<{ Params: { migration: string; id: string }; Body: { readonly reason: string } }>(
    `${path}/fixes/:id/undo`,
    {
      config,
      schema: described('Take a fix back, wherever the rows still are what it left', {
        params: numberedParams,
        body: reasonBody,
        response: { 200: undone },
      }),
    },
    async (request) => {
      const { migration } = operating(request.params.migration)
      const { id } = request.params
      await record(control, request, 'undo', { fix: id })
      return finishing(verifierOf(control.database, migration).undo(migration.mappings, id))
    },
  )
}

function installRoute(app: FastifyInstance, control: Control): void {
  const { jobs, operating } = control
  app.post<Asked>(
    `${path}/install`,
    {
      config: { access: 'admin' },
      schema: described('Install what is missing: after the backfill the indexes of the proxies', {
        ...accepted,
        body: reasonBody,
      }),
    },
    async (request, reply) => {
      const { database, migration } = operating(request.params.migration)
      const begun = await jobs.start({
        ...asJob(control, request, 'install', () => requireStored({ database, migration })),
        async run({ tell }) {
          const steps = await install(database, migration, { onStep: ({ title }) => tell({ step: title }) })
          return { isDone: true, outcome: { steps } }
        },
      })
      return reply.code(202).send(begun)
    },
  )
}

function stopRoute(app: FastifyInstance, control: Control): void {
  const { jobs, operating } = control
  app.post<Asked>(
    `${path}/pause`,
    {
      config: { access: 'operator' },
      schema: described(
        'Stop the job of this process at its next batch or chunk; beginning it again goes on',
        {
          ...accepted,
          body: reasonBody,
        },
      ),
    },
    async (request, reply) => {
      const { migration } = operating(request.params.migration)
      requireJob(jobs, migration.name)
      await record(control, request, 'pause')
      return reply.code(202).send(jobs.stop(migration.name))
    },
  )
}

/** Nothing is recorded where nothing runs. Errors: API.JOB_NONE. */
function requireJob(jobs: Jobs, migration: string): void {
  const found = jobs.of(migration)
  if (found === undefined || found.endedAt !== null) throw errors.JOB_NONE({ migration })
}

/** Whose job, and what comes before it: `check`, then the record in the audit trail. */
function asJob(
  control: Control,
  request: FastifyRequest<Asked>,
  kind: JobRequest['kind'],
  check: () => Promise<void>,
): Omit<JobRequest, 'run' | 'pace'> {
  const { migration } = request.params
  const { reason } = request.body
  return {
    migration,
    kind,
    reason,
    by: identified(request).name,
    async prepare() {
      await check()
      await record(control, request, kind)
    },
  }
}

function record(
  { database }: Control,
  request: FastifyRequest<Asked>,
  what: string,
  more: object = {},
): Promise<void> {
  const { reason, ...asked } = request.body
  const { migration } = request.params
  const details = { ...asked, ...more }
  return recordOperation(database, { migration, what, by: identified(request).name, reason, details })
}

/** Errors: ROLLOUT.PHASE_MISSING where nothing is installed, so that nothing can be recorded. */
async function requireStored({ database, migration: { name } }: Pick<Operating, 'database' | 'migration'>) {
  if ((await phaseOf(database, name)) === undefined) throw rolloutErrors.PHASE_MISSING({ migration: name })
}
