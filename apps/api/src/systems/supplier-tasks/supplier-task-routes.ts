import type { Reader } from '@changeover/rollout'
import {
  assign,
  changeStatus,
  dashboard,
  type InstanceStatus,
  moveDueDate,
  overrideDueDate,
  projectWork,
  supplierWork,
} from '@changeover/supplier-tasks'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { listOf, problems } from '../../documented.ts'
import {
  body,
  count,
  dashboardSchema,
  date,
  done,
  key,
  object,
  oneKey,
  projectSchema,
  statuses,
  workSchema,
} from './supplier-task-schemas.ts'
import { tellingVersion, type VersionPlace } from './version-place.ts'

export interface SupplierTaskOptions {
  /** `/api/v1` */
  readonly prefix: string
  readonly tag: string
  /** The clock, for a dashboard of no given day. */
  readonly now: () => Date
  /** Who reads, for the share of reads. */
  readonly readerOf: (request: FastifyRequest) => Reader
}

/** What the application does with suppliers' tasks: the same operations and answers for each version. */
export function supplierTaskRoutes(
  app: FastifyInstance,
  options: SupplierTaskOptions,
  place: VersionPlace,
): void {
  dashboardRoute(app, options, place)
  lists(app, options, place)
  statusRoute(app, options, place)
  dueDates(app, options, place)
  assignment(app, options, place)
}

function dashboardRoute(
  app: FastifyInstance,
  { prefix, tag, now, readerOf }: SupplierTaskOptions,
  place: VersionPlace,
): void {
  const tags = [tag]
  app.get<{ Querystring: { today?: string } }>(
    `${prefix}/supplier-tasks/dashboard`,
    {
      schema: {
        tags,
        summary: 'Count what is overdue, due within 7 days, and blocked',
        querystring: { type: 'object', additionalProperties: false, properties: { today: date } },
        response: { 200: dashboardSchema, ...problems },
      },
    },
    async ({ query: { today = now().toISOString().slice(0, 10) } }, reply) =>
      tellingVersion(place, reply).read('dashboard', readerOf(reply.request), (database, model) =>
        dashboard(database, model, today),
      ),
  )
}

function lists(
  app: FastifyInstance,
  { prefix, tag, readerOf }: SupplierTaskOptions,
  place: VersionPlace,
): void {
  const tags = [tag]
  app.get<{ Querystring: { supplier: string; project: string } }>(
    `${prefix}/supplier-tasks`,
    {
      schema: {
        tags,
        summary: 'List what a supplier has to do for a project',
        querystring: body({ supplier: key, project: key }),
        response: { 200: listOf(workSchema), ...problems },
      },
    },
    async ({ query: { supplier, project } }, reply) => ({
      items: await tellingVersion(place, reply).read('reading', readerOf(reply.request), (database, model) =>
        supplierWork(database, model, supplier, project),
      ),
    }),
  )
  app.get<{ Querystring: { project: string } }>(
    `${prefix}/project-tasks`,
    {
      schema: {
        tags,
        summary: 'List the tasks of a project',
        querystring: body({ project: key }),
        response: { 200: listOf(projectSchema), ...problems },
      },
    },
    async ({ query: { project } }, reply) => ({
      items: await tellingVersion(place, reply).read('reading', readerOf(reply.request), (database, model) =>
        projectWork(database, model, project),
      ),
    }),
  )
}

interface One {
  Params: { id: string }
}

function statusRoute(app: FastifyInstance, { prefix, tag }: SupplierTaskOptions, place: VersionPlace): void {
  const tags = [tag]
  app.put<One & { Body: { status: InstanceStatus; reason?: string } }>(
    `${prefix}/supplier-tasks/:id/status`,
    {
      schema: {
        tags,
        summary: "Change the status of a supplier's task; a reason is kept while it is blocked",
        params: oneKey,
        body: body({ status: statuses, reason: { type: 'string', maxLength: 2_000 } }, ['reason']),
        response: done,
      },
    },
    async ({ params: { id }, body: { status, reason } }, reply) => {
      await tellingVersion(place, reply).write('updating', (tx, model) =>
        changeStatus(tx, model, id, status, reason),
      )
      return reply.code(204).send(null)
    },
  )
}

function dueDates(app: FastifyInstance, { prefix, tag }: SupplierTaskOptions, place: VersionPlace): void {
  const tags = [tag]
  app.put<One & { Body: { due: string | null } }>(
    `${prefix}/supplier-tasks/:id/due-date`,
    {
      schema: {
        tags,
        summary: "Give a supplier's task a due date of its own, or take it away",
        params: oneKey,
        body: body({ due: { anyOf: [date, { type: 'null' }] } }),
        response: done,
      },
    },
    async ({ params: { id }, body: { due } }, reply) => {
      await tellingVersion(place, reply).write('updating', (tx, model) => overrideDueDate(tx, model, id, due))
      return reply.code(204).send(null)
    },
  )
  app.put<One & { Body: { due: string } }>(
    `${prefix}/project-tasks/:id/due-date`,
    {
      schema: {
        tags,
        summary: 'Move the due date of a task of a project, and of every supplier who has no date of its own',
        params: oneKey,
        body: body({ due: date }),
        response: { 200: object('moved', { moved: count }), ...problems },
      },
    },
    async ({ params: { id }, body: { due } }, reply) => ({
      moved: await tellingVersion(place, reply).write('updating', (tx, model) =>
        moveDueDate(tx, model, id, due),
      ),
    }),
  )
}

function assignment(app: FastifyInstance, { prefix, tag }: SupplierTaskOptions, place: VersionPlace): void {
  app.post<{ Body: { supplier: string; project: string } }>(
    `${prefix}/assignments`,
    {
      schema: {
        tags: [tag],
        summary: 'Have a supplier take part in a project: one task for each of the project, once',
        body: body({ supplier: key, project: key }),
        response: { 200: object('assigned', { added: count }), ...problems },
      },
    },
    async ({ body: { supplier, project } }, reply) => ({
      added: await tellingVersion(place, reply).write('creating', (tx, model) =>
        assign(tx, model, supplier, project),
      ),
    }),
  )
}
