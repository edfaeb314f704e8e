import type { Migration } from '@changeover/migration'
import type { Reader } from '@changeover/rollout'
import type { EntityMetadata, Options } from '@mikro-orm/postgresql'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { InPhase } from '../in-phase.ts'
import type { Settings } from '../settings.ts'

/** A system as this application serves it. */
export interface ServedSystem {
  readonly migration: Migration
  readonly ormOptions: Options
  /** The HTTP statuses of the errors of its package. */
  readonly statuses: Readonly<Record<string, number>>
  /** Adds the operations that only its legacy model has: they are announced as deprecated. */
  serveLegacy?(app: FastifyInstance, scope: SystemScope): void
  /** Adds all others. */
  serve(app: FastifyInstance, scope: SystemScope): void
}

/** Who asks, as far as rows and records of changes care. */
export interface Caller {
  readonly name: string
  /** As text: a bigint. */
  readonly tenant: string
}

/** What the operations of a system work with. */
export interface SystemScope {
  readonly ways: InPhase
  readonly settings: Settings
  /** Who asks. */
  callerOf(request: FastifyRequest): Caller
  /** What the ORM knows of an entity. */
  metaOf(entity: object): EntityMetadata
}

/** The caller, as the share of reads knows readers: by name, and by tenant. */
export function readerBy({ callerOf }: Pick<SystemScope, 'callerOf'>): (request: FastifyRequest) => Reader {
  return (request) => {
    const { name, tenant } = callerOf(request)
    return { key: name, tenant }
  }
}
