import type { Queryable } from '@changeover/database'
import type { PhaseName } from './phase.ts'
import { iso, type StoredPhase } from './stored-phase.ts'

/** What a process says of itself. */
export interface Heartbeat {
  readonly migration: string
  /** Names the process: host and pid, or the name of the pod. */
  readonly instance: string
  /** Version or commit of what it runs. */
  readonly build: string
  readonly mappingHash: string
  /** The phase by which it acts now, and its epoch. */
  readonly phase: PhaseName
  readonly epoch: string
}

/** A process that has shown itself lately. */
export interface LiveInstance extends Heartbeat {
  /** ISO 8601 in UTC, of the database's clock. */
  readonly seenAt: string
  readonly silentSeconds: number
}

/** After this silence a process counts as ended; it beats three times in it. */
export const heartbeatTtlSeconds = 30

/** Records that a process lives, and by which phase it acts. Cost: one round trip. */
export async function beat(database: Queryable, heartbeat: Heartbeat): Promise<void> {
  const { migration, instance, build, mappingHash, phase, epoch } = heartbeat
  await database.query(
    `insert into changeover.instance (migration, instance, build, mapping_hash, phase, epoch)
     values ($1, $2, $3, $4, $5, $6::bigint)
     on conflict (migration, instance) do update set build = excluded.build, mapping_hash = excluded.mapping_hash,
       phase = excluded.phase, epoch = excluded.epoch, seen_at = clock_timestamp()`,
    [migration, instance, build, mappingHash, phase, epoch],
  )
}

/** Forgets a process that ends in order, so that nobody waits for it. */
export async function signOff(
  database: Queryable,
  { migration, instance }: Pick<Heartbeat, 'migration' | 'instance'>,
): Promise<void> {
  await database.query('delete from changeover.instance where migration = $1 and instance = $2', [
    migration,
    instance,
  ])
}

/** The processes that have shown themselves within the last seconds, oldest sign of life first. */
export async function liveInstances(
  database: Queryable,
  migration: string,
  ttlSeconds = heartbeatTtlSeconds,
): Promise<readonly LiveInstance[]> {
  const { rows } = await database.query<LiveInstance>(
    `select migration, instance, build, mapping_hash as "mappingHash", phase, epoch::text as epoch,
       ${iso('seen_at')} as "seenAt", extract(epoch from clock_timestamp() - seen_at)::float8 as "silentSeconds"
       from changeover.instance
      where migration = $1 and seen_at > clock_timestamp() - make_interval(secs => $2)
      order by seen_at, instance`,
    [migration, ttlSeconds],
  )
  return rows
}

/** Says which live instances act by another phase than the stored one, or by different mappings; empty when all agree. */
export function disagreements(
  instances: readonly LiveInstance[],
  { phase, epoch }: Pick<StoredPhase, 'phase' | 'epoch'>,
): readonly string[] {
  const lagging = instances
    .filter((each) => each.epoch !== epoch || each.phase !== phase.name)
    .map(
      (each) =>
        `${each.instance} (build ${each.build}) acts by ${each.phase}, epoch ${each.epoch} of ${epoch}`,
    )
  const hashes = Map.groupBy(instances, (each) => each.mappingHash)
  if (hashes.size < 2) return lagging
  const different = [...hashes].map(
    ([hash, group]) =>
      `${group.map((each) => `${each.instance} (build ${each.build})`).join(', ')} has mapping ${hash.slice(0, 12)}`,
  )
  return [...lagging, ...different]
}
