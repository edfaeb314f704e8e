import { archivedTables, phaseOf, readAudit, statusOf, verifierOf, viewPhase } from '@changeover/migration'
import type { FastifyInstance } from 'fastify'
import { listOf } from '../documented.ts'
import type { Control } from './control-plane.ts'
import {
  archived,
  audited,
  auditQuery,
  described,
  eventsHeaders,
  eventsQuery,
  eventStream,
  findingPage,
  limitQuery,
  migrationParams,
  pageQuery,
  pastVerification,
  status,
  summary,
  numberedParams,
} from './control-schemas.ts'

interface Of {
  Params: { migration: string }
}
interface Limited extends Of {
  Querystring: { limit?: string }
}
interface Audited extends Of {
  Querystring: { limit?: string; before?: string }
}
interface Paged {
  Params: { migration: string; id: string }
  Querystring: { limit?: string; offset?: string }
}

const path = '/control/migrations/:migration'

/** What a viewer sees: where each migration stands, how it came there, and what happens now. */
export function lookRoutes(app: FastifyInstance, control: Control): void {
  const { database, migrations, jobs, operating, events } = control
  const config = { access: 'viewer' } as const
  const params = migrationParams

  app.get(
    '/control/migrations',
    { config, schema: described('List the migrations', { response: { 200: listOf(summary) } }) },
    async () => {
      const items = []
      for (const { name } of migrations) {
        const stored = await phaseOf(database, name)
        const { phase, epoch } = stored ?? {}
        items.push({
          migration: name,
          phase: phase?.name ?? null,
          epoch: epoch ?? null,
          job: jobs.of(name) ?? null,
        })
      }
      return { items }
    },
  )
  app.get<Of>(
    path,
    { config, schema: described('Say where a migration stands', { params, response: { 200: status } }) },
    async ({ params: { migration } }) => {
      const asked = operating(migration)
      const isInstalled = (await phaseOf(database, migration)) !== undefined
      return {
        migration,
        status: await statusOf(asked),
        phase: isInstalled ? await viewPhase(asked) : null,
        job: jobs.of(migration) ?? null,
      }
    },
  )
  app.get<Of>(
    `${path}/archive`,
    {
      config,
      schema: described('List the legacy tables that were archived, and what became of each', {
        params,
        response: { 200: listOf(archived) },
      }),
    },
    async ({ params: { migration } }) => ({
      items: await archivedTables(database, operating(migration).migration.name),
    }),
  )
  app.get<Limited>(
    `${path}/verifications`,
    {
      config,
      schema: described('List the finished verifications, newest first: drift over time', {
        params,
        querystring: limitQuery,
        response: { 200: listOf(pastVerification) },
      }),
    },
    async ({ params: { migration }, query: { limit = '100' } }) => ({
      items: await verifierOf(database, operating(migration).migration).series({ limit: Number(limit) }),
    }),
  )
  app.get<Paged>(
    `${path}/verifications/:id/findings`,
    {
      config,
      schema: described('List findings of a finished verification', {
        params: numberedParams,
        querystring: pageQuery,
        response: { 200: findingPage },
      }),
    },
    async ({ params: { migration, id }, query: { limit = '100', offset = '0' } }) =>
      verifierOf(database, operating(migration).migration).findings(id, {
        limit: Number(limit),
        offset: Number(offset),
      }),
  )
  app.get<Audited>(
    `${path}/audit`,
    {
      config,
      schema: described('List who changed what and why, newest first', {
        params,
        querystring: auditQuery,
        response: { 200: listOf(audited) },
      }),
    },
    async ({ params: { migration }, query: { limit = '100', before } }) => ({
      items: await readAudit(database, operating(migration).migration.name, { limit: Number(limit), before }),
    }),
  )
  app.get<{ Querystring: { migration?: string } }>(
    '/control/events',
    {
      config,
      schema: described('Follow what this process does, as server-sent events', {
        querystring: eventsQuery,
        headers: eventsHeaders,
        response: { 200: eventStream },
      }),
    },
    (request, reply) => {
      const { migration } = request.query
      if (migration !== undefined) operating(migration)
      events.open(request, reply, migration)
    },
  )
}
