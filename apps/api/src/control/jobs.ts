import type { Pace } from '@changeover/backfill'
import { failureToJson, isFailure } from '@changeover/errors'
import { errors } from '../errors.ts'

type JobKind = 'backfill' | 'verification' | 'fix' | 'install'

/** Long work in this process. What it has done is in the ledgers of the engines, not here. */
interface Job {
  readonly id: string
  readonly migration: string
  readonly kind: JobKind
  readonly by: string
  readonly reason: string
  /** `stopping`: until the end of its batch or chunk. */
  readonly state: 'running' | 'stopping' | 'done' | 'stopped' | 'failed'
  readonly startedAt: string
  readonly endedAt: string | null
  /** Of a backfill. */
  readonly pace: Pace | null
  readonly progress: object | null
  readonly outcome: object | null
  readonly failure: object | null
}

/** What the work of a job is given. */
interface JobControls {
  /** Comes when somebody stops the job, or the process ends. */
  readonly signal: AbortSignal
  pace(): Pace
  tell(progress: object): void
}

export interface JobRequest extends Pick<Job, 'migration' | 'kind' | 'by' | 'reason'> {
  readonly pace?: Pace
  /** Looks whether it may begin, and records it; what it throws keeps the job from beginning. */
  prepare(): Promise<void>
  /** Tells what came of it; `isDone` is false where it was stopped before its end. */
  run(controls: JobControls): Promise<{ readonly isDone: boolean; readonly outcome: object }>
}

/** The jobs of this process: one at a time for each migration. */
export interface Jobs {
  /** Errors: API.JOB_RUNNING, CLOSING, and what preparing throws. */
  start(request: JobRequest): Promise<Job>
  /** The job of a migration that is under way, or the last one; undefined before the first one of this process. */
  of(migration: string): Job | undefined
  /** Errors: API.JOB_NONE. */
  stop(migration: string): Job
  /** Errors: API.JOB_NONE. */
  retune(migration: string, pace: Pace): Job
  /** Stops every job, and waits until each has come to a point from which it can be taken up. No other begins. */
  close(): Promise<void>
}

interface Running {
  job: Job
  readonly stopping: AbortController
  readonly ended: Promise<void>
}

export interface JobsOptions {
  readonly now: () => Date
  readonly onJob: (job: Job) => void
  readonly onProgress: (job: Job) => void
  /** Told of what is no failure but a bug. */
  readonly onBug: (error: unknown) => void
}

// More often nobody can read it.
const progressEveryMs = 200

export function createJobs({ now, onJob, onProgress, onBug }: JobsOptions): Jobs {
  const known = new Map<string, Running>()
  const beginning = new Set<string>()
  let isClosing = false
  const active = (migration: string) => {
    const found = known.get(migration)
    return found && found.job.endedAt === null ? found : undefined
  }
  const requireActive = (migration: string) => {
    const found = active(migration)
    if (found === undefined) throw errors.JOB_NONE({ migration })
    return found
  }
  const change = (migration: string, changes: Partial<Job>): Job => {
    const running = requireActive(migration)
    running.job = { ...running.job, ...changes }
    return running.job
  }

  const begin = (request: JobRequest): Job => {
    const { migration, kind, by, reason, pace = null } = request
    const stopping = new AbortController()
    const job: Job = {
      id: crypto.randomUUID(),
      migration,
      kind,
      by,
      reason,
      pace,
      state: 'running',
      startedAt: now().toISOString(),
      endedAt: null,
      progress: null,
      outcome: null,
      failure: null,
    }
    let toldAt = Number.NEGATIVE_INFINITY
    const end = (changes: Partial<Job>) =>
      onJob(change(migration, { ...changes, endedAt: now().toISOString() }))
    const work = async () => {
      const { isDone, outcome } = await request.run({
        signal: stopping.signal,
        pace: () => active(migration)?.job.pace ?? {},
        tell(progress) {
          const told = change(migration, { progress })
          if (performance.now() - toldAt < progressEveryMs) return
          toldAt = performance.now()
          onProgress(told)
        },
      })
      end({ state: isDone ? 'done' : 'stopped', outcome })
    }
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    known.set(migration, { job, stopping, ended })
    onJob(job)
    void work()
      .catch((error: unknown) => {
        if (!isFailure(error)) onBug(error)
        const failure = isFailure(error) ? failureToJson(error) : { code: 'API.BUG', message: 'See the log.' }
        end({ state: 'failed', failure })
      })
      .finally(resolve)
    return job
  }

  return {
    async start(request) {
      const { migration } = request
      if (isClosing) throw errors.CLOSING()
      const other = active(migration)?.job.kind ?? (beginning.has(migration) ? request.kind : undefined)
      if (other !== undefined) throw errors.JOB_RUNNING({ migration, kind: other })
      beginning.add(migration)
      try {
        await request.prepare()
        if (isClosing) throw errors.CLOSING()
        return begin(request)
      } finally {
        beginning.delete(migration)
      }
    },
    of: (migration) => known.get(migration)?.job,
    stop(migration) {
      const { stopping } = requireActive(migration)
      const job = change(migration, { state: 'stopping' })
      stopping.abort()
      onJob(job)
      return job
    },
    retune(migration, pace) {
      const { job } = requireActive(migration)
      if (job.pace === null) throw errors.JOB_NONE({ migration })
      const retuned = change(migration, { pace: { ...job.pace, ...pace } })
      onJob(retuned)
      return retuned
    },
    async close() {
      isClosing = true
      for (const { stopping } of known.values()) stopping.abort()
      await Promise.all([...known.values()].map(({ ended }) => ended))
    },
  }
}
