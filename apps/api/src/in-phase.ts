import { type Database, retryConflicts } from '@changeover/database'
import { fromEntityManager } from '@changeover/database/mikro-orm'
import { isFailure } from '@changeover/errors'
import { proxyManager } from '@changeover/proxies/mikro-orm'
import {
  errors as rolloutErrors,
  lockPhaseAt,
  type Phase,
  type PhaseWatch,
  type Reader,
  readsTarget,
  type StoredPhase,
} from '@changeover/rollout'
import type { EntityManager, MikroORM } from '@mikro-orm/postgresql'
import { errors } from './errors.ts'

/** The two ways to the rows of one migration, each as its phase wants it. */
export interface InPhase {
  /** Legacy code: the tables while legacy leads, the views over the target while that leads. */
  readonly legacy: Way
  /** New code: the target, which takes no writes while it only follows. Errors: API.TARGET_NOT_WRITTEN, TARGET_FOLLOWS. */
  readonly target: Way
  /** Tables that both models share. */
  readonly shared: Way
  /** Code that chooses its side by itself. */
  readonly chosen: ChosenWay
  /**
   * Whether this one reads from the target at this moment. Whatever chooses by a flag asks it first: the target may be there and not be
   * filled yet, and the read share is raised by proof alone.
   */
  readsTarget(reader: Reader): boolean
}

export interface ChosenWay {
  /** Runs work that reads, by the phase as it is known at this moment. */
  read<T>(work: (database: Database, phase: Phase) => Promise<T>): Promise<T>
  /** Runs work that writes, as {@link Way.write} does. */
  write<T>(work: (database: Database, phase: Phase) => Promise<T>): Promise<T>
}

export interface Way {
  /** An EntityManager for reading, by the phase as it is known at this moment. Take one for each request. */
  reader(): EntityManager
  /**
   * Runs work that writes, in a transaction in which no flip comes in between; the whole of it again, by the new phase, where
   * one came before, and where it collides with another transaction.
   */
  write<T>(work: (em: EntityManager, phase: Phase) => Promise<T>): Promise<T>
}

type Manager = (stored: StoredPhase) => EntityManager

const isFlipped = (error: unknown) => isFailure(error, rolloutErrors.PHASE_CHANGED.code)

/** Makes every way, for one process. */
export function inPhase(orm: MikroORM, watch: Pick<PhaseWatch, 'current' | 'refresh'>): InPhase {
  const legacy: Manager = ({ phase }) => proxyManager(orm.em, phase.name)
  const anywhere: Manager = () => orm.em.fork()
  const shared = wayOf(watch, anywhere, anywhere)
  return {
    legacy: wayOf(watch, legacy, legacy),
    target: wayOf(
      watch,
      (stored) => written(stored) && orm.em.fork(),
      (stored) => leading(stored) && orm.em.fork(),
    ),
    shared,
    readsTarget: (reader) => readsTarget(watch.current(), reader),
    chosen: {
      read: async (work) => work(fromEntityManager(shared.reader()), watch.current().phase),
      write: (work) => shared.write((em, phase) => work(fromEntityManager(em), phase)),
    },
  }
}

function wayOf(watch: Pick<PhaseWatch, 'current' | 'refresh'>, read: Manager, write: Manager): Way {
  const attempt = async <T>(work: (em: EntityManager, phase: Phase) => Promise<T>): Promise<T> => {
    const stored = watch.current()
    try {
      return await write(stored).transactional(async (em) => {
        await fromEntityManager(em).transaction((tx) => lockPhaseAt(tx, stored))
        return work(em, stored.phase)
      })
    } catch (error) {
      if (isFlipped(error)) await watch.refresh()
      throw error
    }
  }
  return {
    reader: () => read(watch.current()),
    write: (work) => retryConflicts(() => attempt(work), { alsoRetry: isFlipped }),
  }
}

function written({ migration, phase }: StoredPhase): true {
  if (phase.name === 'legacy-only') throw errors.TARGET_NOT_WRITTEN({ migration, phase: phase.name })
  return true
}

function leading({ migration, phase }: StoredPhase): true {
  if (phase.authority === 'legacy') throw errors.TARGET_FOLLOWS({ migration, phase: phase.name })
  return true
}
