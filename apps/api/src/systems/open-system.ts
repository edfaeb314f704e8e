import { type Database, listen } from '@changeover/database'
import { hashOf } from '@changeover/mapping'
import { type Migration, phaseOf } from '@changeover/migration'
import { proxyDiscovery, StaleTwins } from '@changeover/proxies/mikro-orm'
import { type PhaseWatch, startHeartbeat, type StoredPhase, watchPhase } from '@changeover/rollout'
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
  /** For reading the phase, and for showing that this process lives. */
  readonly database: Database
  /** How this process is called among those that take part, and what it runs. */
  readonly instance: string
  readonly build: string
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
  const watching = watchWhenInstalled(system.migration, options)
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

/**
 * Follows the phase from the moment on in which there is one, and shows by which this process acts: no move goes on while one lags.
 * Two looks at a time are one.
 */
function watchWhenInstalled({ name, mappings }: Migration, options: OpenSystemOptions) {
  const { url, database, instance, build, onError } = options
  const mappingHash = hashOf(mappings.map((mapping) => [mapping.name, mapping.hash]))
  let open: { readonly watch: PhaseWatch; close(): Promise<void> } | undefined
  let looking: Promise<void> | undefined
  const begin = async () => {
    if ((await phaseOf(database, name)) === undefined) return
    const watch = await watchPhase(database, name, {
      listen: (channel, onNotify) => listen({ url, channel, onNotify, onError }),
      onError,
    })
    const shown = { migration: name, instance, build, mappingHash, onError }
    const heart = await startHeartbeat(database, watch, shown).catch(async (error: unknown) => {
      await watch.close()
      throw error
    })
    const close = async () => {
      await heart.close().catch(onError) // it counts as ended a little later
      await watch.close()
    }
    open = { watch, close }
  }
  return {
    found: () => open?.watch,
    async look(): Promise<void> {
      if (open !== undefined) return
      looking ??= begin().finally(() => (looking = undefined))
      await looking
    },
    async close() {
      await looking?.catch(() => {}) // whoever looked was told
      await open?.close()
    },
  }
}
