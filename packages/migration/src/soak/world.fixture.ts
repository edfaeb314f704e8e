import { type BackfillReport, createBackfill } from '@changeover/backfill'
import { createPoolDatabase, errors as databaseErrors, retrying } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { isFailure } from '@changeover/errors'
import { errors as rolloutErrors, lockPhase, type PhaseName } from '@changeover/rollout'
import { createSync } from '@changeover/sync'
import { createVerifier, type Verification } from '@changeover/verifier'
import { changePhase, install } from '../index.ts'
import { authorityOf, type Model, type Side } from './model.fixture.ts'
import { notes, notesSchema } from './notes.fixture.ts'
import { differences, sidesHeld } from './oracle.fixture.ts'
import type { Place, Write } from './write.fixture.ts'

/** How legacy code and new code write while the target leads. */
export type Path = 'proxy' | 'native'

/** What became of a write: done, or its connection was lost on the way. */
export type Outcome =
  | { readonly write: Write; readonly side: Side; readonly key: number | null | undefined }
  | 'unknown'

/** A database with the changeover installed, an application that writes, and the engines; each with connections that may die. */
export interface World {
  /** Writes as an application does: where the phase of that moment says, and again after a conflict. */
  write(write: Write, path: Path): Promise<Outcome>
  /** Ends connections of the application or the engines that are at work. */
  strike(): Promise<void>
  /** Goes to a neighbouring phase, again and again where a connection is lost. */
  flip(to: PhaseName): Promise<void>
  fill(options: FillOptions): Promise<BackfillReport['state'] | 'died'>
  verify(model: Model): Promise<Verification>
  mend(model: Model): Promise<void>
  /** What does not agree with the model, on any side that must. */
  wrong(model: Model): Promise<readonly string[]>
  /** The key of the note with that title, on the side that leads; null where it has none yet, undefined where it is not there. */
  keyOf(title: string, side: Side): Promise<number | null | undefined>
  /** One statement outside of everything. */
  run(statement: string): Promise<void>
  close(): Promise<void>
}

interface FillOptions {
  readonly batchRows: number
  readonly restart: boolean
  readonly heldValues: 'keep' | 'overwrite'
  /** The step at which its connections are ended. */
  readonly dieAt: number | undefined
}

const lost: ReadonlySet<string> = new Set([
  databaseErrors.CONNECTION_LOST.code,
  databaseErrors.COMMIT_UNKNOWN.code,
])
const busy: ReadonlySet<string> = new Set([rolloutErrors.PHASE_LOCKED.code, rolloutErrors.FENCE_BLOCKED.code])
const isOf = (error: unknown, codes: ReadonlySet<string>) => isFailure(error) && codes.has(error.code)

/** The database that every world is a copy of. Nobody is connected to it. */
export async function makeTemplate(): Promise<Awaited<ReturnType<typeof createTestDatabase>>> {
  const created = await createTestDatabase()
  const database = createPoolDatabase({ url: created.url, maxConnections: 2 })
  await database.query(notesSchema)
  await install(database, notes, { firstPhase: { phase: 'legacy-leads', by: 'soak', reason: 'soak' } })
  await database.close()
  return created
}

export async function openWorld(template: string): Promise<World> {
  const created = await createTestDatabase({ template })
  const pool = (applicationName: string) =>
    createPoolDatabase({ url: created.url, maxConnections: 4, applicationName })
  const [app, engine, overseer] = [pool('app'), pool('engine'), pool('overseer')]
  const sync = createSync(notes.mappings)
  const verifier = createVerifier({ database: engine, sync, migration: notes.name })
  const end = (which: string) =>
    overseer.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND application_name ${which}`,
    )
  return {
    write: (write, path) =>
      retrying(
        app,
        async (tx) => {
          const { phase } = await lockPhase(tx, notes.name)
          const place = placeOf(phase.authority, path)
          const { rows } = await tx.query<{ key: string | null }>(write.sql(place))
          return { write, side: place.side, key: keyIn(rows) }
        },
        { attempts: 60, baseDelayMs: 2 },
      ).catch((error: unknown) => {
        if (isOf(error, lost)) return 'unknown' as const
        throw error
      }),
    strike: async () => {
      await end(`IN ('app', 'engine') AND state <> 'idle'`)
    },
    async flip(to) {
      for (let attempt = 1; ; attempt++)
        try {
          await changePhase(engine, notes, { to, by: 'soak', reason: 'soak', emergency: true })
          return
        } catch (error) {
          if (attempt === 20 || !(isOf(error, lost) || isOf(error, busy))) throw error
        }
    },
    async fill({ dieAt, ...options }) {
      let steps = 0
      const onStep = async () => {
        if (steps++ === dieAt) await end(`= 'engine'`)
      }
      const backfill = createBackfill({ database: engine, sync, migration: notes.name })
      try {
        for (const mapping of notes.ordered)
          await backfill.run(mapping, { ...options, speed: 'full', onStep })
        return 'done'
      } catch (error) {
        if (isOf(error, lost)) return 'died'
        throw error
      }
    },
    verify: (model) => verifier.verify(notes.mappings, settingsOf(model)),
    async mend(model) {
      await verifier.fix(notes.mappings, await verifier.verify(notes.mappings, settingsOf(model)))
    },
    async wrong(model) {
      const found = await Promise.all(sidesHeld(model).map((side) => differences(overseer, model, side)))
      return found.flat()
    },
    async keyOf(title, side) {
      const { rows } = await overseer.query<{ key: string | null }>(
        side === 'legacy'
          ? 'SELECT id::text AS key FROM note WHERE title = $1'
          : `SELECT data ->> 'legacy_id' AS key FROM page WHERE title = $1`,
        [title],
      )
      return keyIn(rows)
    },
    run: async (statement) => {
      await overseer.query(statement)
    },
    async close() {
      await Promise.all([app, engine, overseer].map((each) => each.close()))
      await created.drop()
    },
  }
}

function keyIn([row]: readonly { readonly key: string | null }[]): number | null | undefined {
  return row && (row.key === null ? null : Number(row.key))
}

function placeOf(authority: Side, path: Path): Place {
  if (authority === 'legacy') return { side: 'legacy', schema: 'public' }
  return path === 'native' ? { side: 'target' } : { side: 'legacy', schema: 'changeover_legacy' }
}

function settingsOf(model: Model) {
  return { authority: authorityOf(model), heldValues: model.hasLed ? 'keep' : 'overwrite' } as const
}
