import type { Database, Transaction } from '@changeover/database'
import { fromEntityManager } from '@changeover/database/mikro-orm'
import type { Phase } from '@changeover/rollout'
import {
  type EndpointFlags,
  type EndpointGroup,
  milestoneModel,
  type Model,
  sectionModel,
  versionFor,
} from '@changeover/supplier-tasks'
import type { FastifyReply } from 'fastify'
import type { InPhase } from '../../in-phase.ts'

/** Where the operations of one version work: on which model, and by which transaction. */
export interface VersionPlace {
  read<T>(group: EndpointGroup, work: (database: Database, model: Model) => Promise<T>): Promise<T>
  write<T>(group: EndpointGroup, work: (tx: Transaction, model: Model) => Promise<T>): Promise<T>
}

/** V1: milestones, in their tables, or in the views that stand for them while the target leads. */
export function milestonePlace(ways: InPhase): VersionPlace {
  return placeBy(ways, (_group, phase) => milestonesIn(phase))
}

/** V2: sections, which are not written as long as they only follow. */
export function sectionPlace({ target }: InPhase): VersionPlace {
  return {
    read: async (_group, work) => work(fromEntityManager(target.reader()), sectionModel),
    write: (_group, work) =>
      target.write((em) => fromEntityManager(em).transaction((tx) => work(tx, sectionModel))),
  }
}

/** Whichever version a group of endpoints has been moved to, within what the phase permits. */
export function flaggedPlace(ways: InPhase, flags: EndpointFlags): VersionPlace {
  return placeBy(ways, (group, phase) =>
    versionFor(group, flags, phase.name) === 'v2' ? sectionModel : milestonesIn(phase),
  )
}

function placeBy({ chosen }: InPhase, modelOf: (group: EndpointGroup, phase: Phase) => Model): VersionPlace {
  return {
    read: (group, work) => chosen.read((database, phase) => work(database, modelOf(group, phase))),
    write: (group, work) =>
      chosen.write((database, phase) => database.transaction((tx) => work(tx, modelOf(group, phase)))),
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
    read: (group, work) => place.read(group, (database, model) => work(database, tell(model))),
    write: (group, work) => place.write(group, (tx, model) => work(tx, tell(model))),
  }
}
