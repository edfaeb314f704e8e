import type { Database, Transaction } from '@changeover/database'
import { fromEntityManager } from '@changeover/database/mikro-orm'
import type { Phase, Reader } from '@changeover/rollout'
import {
  type EndpointFlags,
  type EndpointGroup,
  milestoneModel,
  type Model,
  type Permitted,
  sectionModel,
  versionFor,
} from '@changeover/supplier-tasks'
import type { FastifyReply } from 'fastify'
import type { InPhase } from '../../in-phase.ts'

/** Where the operations of one version work: on which model, and by which transaction. */
export interface VersionPlace {
  read<T>(group: EndpointGroup, reader: Reader, work: Work<Database, T>): Promise<T>
  write<T>(group: EndpointGroup, work: Work<Transaction, T>): Promise<T>
}

type Work<On, T> = (database: On, model: Model) => Promise<T>

/** V1: milestones, in their tables, or in the views that stand for them while the target leads. */
export function milestonePlace(ways: InPhase): VersionPlace {
  return placeBy(ways, (_group, { phase }) => milestonesIn(phase))
}

/** V2: sections, which are not written as long as they only follow. */
export function sectionPlace({ target }: InPhase): VersionPlace {
  return {
    read: async (_group, _reader, work) => work(fromEntityManager(target.reader()), sectionModel),
    write: (_group, work) =>
      target.write((em) => fromEntityManager(em).transaction((tx) => work(tx, sectionModel))),
  }
}

/** Whichever version a group of endpoints has been moved to, within what the phase permits. */
export function flaggedPlace(ways: InPhase, flags: EndpointFlags): VersionPlace {
  return placeBy(ways, (group, permitted) =>
    versionFor(group, flags, permitted) === 'v2' ? sectionModel : milestonesIn(permitted.phase),
  )
}

function placeBy(
  { chosen, readsTarget }: InPhase,
  modelOf: (group: EndpointGroup, permitted: Permitted) => Model,
): VersionPlace {
  return {
    read: (group, reader, work) =>
      chosen.read((database, phase) =>
        work(database, modelOf(group, { phase, readsTarget: readsTarget(reader) })),
      ),
    write: (group, work) =>
      chosen.write((database, phase) => {
        const model = modelOf(group, { phase, readsTarget: phase.authority === 'target' })
        return database.transaction((tx) => work(tx, model))
      }),
  }
}

function milestonesIn({ authority }: Phase): Model {
  return milestoneModel((table) => (authority === 'legacy' ? table : `changeover_legacy.${table}`))
}

/** The same place, which tells the client which version has answered. */
export function tellingVersion(place: VersionPlace, reply: FastifyReply): VersionPlace {
  const tell = (model: Model) => {
    void reply.header('x-model-version', model.version)
    return model
  }
  return {
    read: (group, reader, work) =>
      place.read(group, reader, (database, model) => work(database, tell(model))),
    write: (group, work) => place.write(group, (tx, model) => work(tx, tell(model))),
  }
}
