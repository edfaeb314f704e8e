import { type Database, listen } from '@changeover/database'
import { phaseOf } from '@changeover/migration'
import { proxyDiscovery, StaleTwins } from '@changeover/proxies/mikro-orm'
import { type PhaseWatch, type StoredPhase, watchPhase } from '@changeover/rollout'
import { MikroORM } from '@mikro-orm/postgresql'
import { errors } from '../errors.ts'
import { type InPhase, inPhase } from '../in-phase.ts'
import type { ServedSystem } from './served-system.ts'

/** A system with its way to the database. Where it is not installed, it is looked for again with each request. */
export interface OpenSystem {
  readonly system: ServedSystem
  readonly orm: MikroORM
  readonly ways: InPhase
  /** The phase as this process knows it; undefined as long as the system is not installed. */
  watch(): PhaseWatch | undefined
  /** Errors: API.SYSTEM_NOT_INSTALLED, and those of the database. */
  requireInstalled(): Promise<void>
  close(): Promise<void>
}

export interface OpenSystemOptions {
  readonly url: string
  /** For reading the phase. */
  readonly database: Database
  /** Told when the phase could not be read; the last known one stays. */
  readonly onError: (error: unknown) => void
}

export async function openSystem(system: ServedSystem, options: OpenSystemOptions): Promise<OpenSystem> {
  const { mappings, name } = system.migration
  const orm = new MikroORM({
    ...system.ormOptions,
    clientUrl: options.url,
    discovery: { ...system.ormOptions.discovery, onMetadata: proxyDiscovery(mappings) },
    subscribers: [new StaleTwins(mappings)],
  })
  const watching = watchWhenInstalled(name, options)
  const known = () => {
    const watch = watching.found()
    if (watch === undefined) throw errors.SYSTEM_NOT_INSTALLED({ migration: name })
    return watch
  }
  const close = async () => {
    await watching.close()
    await orm.close()
  }
  await watching.look().catch(async (error: unknown) => {
    await close()
    throw error
  })
  return {
    system,
    orm,
    ways: inPhase(orm, { current: (): StoredPhase => known().current(), refresh: () => known().refresh() }),
    watch: watching.found,
    async requireInstalled() {
      await watching.look()
      known()
    },
    close,
  }
}

/** Follows the phase from the moment on in which there is one. Two looks at a time are one. */
function watchWhenInstalled(migration: string, { url, database, onError }: OpenSystemOptions) {
  let watch: PhaseWatch | undefined
  let looking: Promise<void> | undefined
  const begin = async () => {
    if ((await phaseOf(database, migration)) === undefined) return
    watch = await watchPhase(database, migration, {
      listen: (channel, onNotify) => listen({ url, channel, onNotify, onError }),
      onError,
    })
  }
  return {
    found: () => watch,
    async look(): Promise<void> {
      if (watch !== undefined) return
      looking ??= begin().finally(() => (looking = undefined))
      await looking
    },
    async close() {
      await looking?.catch(() => {}) // whoever looked was told
      await watch?.close()
    },
  }
}
