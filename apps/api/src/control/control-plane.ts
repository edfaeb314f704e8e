import type { Database } from '@changeover/database'
import type { Migration, Operating } from '@changeover/migration'
import type { FastifyInstance } from 'fastify'
import { errors } from '../errors.ts'
import { createEventStream, type EventStream } from './event-stream.ts'
import { createJobs, type Jobs } from './jobs.ts'
import { jobRoutes } from './job-routes.ts'
import { lookRoutes } from './look-routes.ts'
import { moveRoutes } from './move-routes.ts'
import { keepRehearsed } from './rehearsals.ts'

export interface ControlPlaneOptions {
  readonly database: Database
  readonly migrations: readonly Migration[]
  readonly now: () => Date
  /** How old the figure of a rehearsal may become; 0: nobody rehearses. */
  readonly rehearseEverySeconds: number
}

/** What the operations of the control plane work with. */
export interface Control {
  readonly database: Database
  readonly migrations: readonly Migration[]
  readonly jobs: Jobs
  readonly events: EventStream
  /** Errors: API.MIGRATION_UNKNOWN. */
  operating(migration: string): Operating
  /** Work that goes on when its client leaves, and that a shutdown waits for. */
  finishing<T>(work: Promise<T>): Promise<T>
}

/**
 * Adds the control plane at `/control`: look at every migration, move its phase, run its backfill and verification. When the application
 * closes, jobs stop at the end of their batch or chunk, moves come to their end, and event streams are ended.
 */
export function controlPlane(app: FastifyInstance, options: ControlPlaneOptions): void {
  const { database, migrations, now, rehearseEverySeconds: everySeconds } = options
  const events = createEventStream()
  const jobs = createJobs({
    now,
    onJob: (job) => events.publish({ name: 'job', migration: job.migration, data: job }),
    onProgress: ({ migration, id, kind, progress }) =>
      events.publish({ name: 'progress', migration, data: { id, kind, progress } }),
    onBug: (error) => app.log.error({ err: error }, 'a job failed'),
  })
  const rehearsals = keepRehearsed({
    database,
    migrations,
    everySeconds,
    onError: (error, migration) => app.log.warn({ err: error, migration }, 'the way back was not rehearsed'),
  })
  const unfinished = new Set<Promise<unknown>>()
  const control: Control = {
    database,
    migrations,
    jobs,
    events,
    operating(name) {
      const migration = migrations.find((each) => each.name === name)
      if (migration === undefined)
        throw errors.MIGRATION_UNKNOWN({ name, known: migrations.map((each) => each.name).join(', ') })
      // The stored phase counts: what the flags of this process say is its own affair.
      return { database, migration, environment: {} }
    },
    async finishing(work) {
      unfinished.add(work)
      return work.finally(() => unfinished.delete(work))
    },
  }
  app.addHook('preClose', async () => {
    await jobs.close()
    await rehearsals.close()
    await Promise.allSettled(unfinished)
    events.close()
  })
  lookRoutes(app, control)
  moveRoutes(app, control)
  jobRoutes(app, control)
}
