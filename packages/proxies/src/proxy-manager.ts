import { type EntityManager, type EntityName, helper } from '@mikro-orm/postgresql'
import { type PhaseName, phases } from '@changeover/rollout'
import { errors } from './errors.ts'
import { defaultProxySchema } from './proxy.ts'

export interface ProxyManagerOptions {
  /** Schema of the views; `changeover_legacy` unless given. */
  readonly schema?: string
}

/**
 * Forks the EntityManager so that legacy entities are read and written where the phase says: in their tables while legacy leads,
 * in the views over the target while that leads. Take one for each request, with the phase that the request has seen.
 *
 * Errors: PROXIES.UPSERT_UNSUPPORTED by upsert and upsertMany of a legacy entity on the views.
 */
export function proxyManager<M extends EntityManager>(
  em: M,
  phase: PhaseName,
  { schema = defaultProxySchema }: ProxyManagerOptions = {},
): M {
  return phases[phase].authority === 'legacy' ? em.fork() : guarded(em.fork({ schema }))
}

/** The same EntityManager, which refuses what a view cannot do, and so do its forks: `transactional` makes one. */
function guarded<M extends EntityManager>(em: M): M {
  const fork = em.fork.bind(em)
  const upsert = em.upsert.bind(em) as Upsert
  const upsertMany = em.upsertMany.bind(em) as Upsert
  return Object.assign(em, {
    fork: (...args: Parameters<M['fork']>) => guarded(fork(...args)),
    upsert: refusing(em, 'em.upsert', upsert),
    upsertMany: refusing(em, 'em.upsertMany', upsertMany),
  })
}

type Upsert = (target: unknown, ...rest: unknown[]) => Promise<unknown>

function refusing(em: EntityManager, method: string, run: Upsert): Upsert {
  return async (target, ...rest) => {
    const meta = metadataOf(em, target, rest[0] === undefined)
    if (meta?.schema === '*') throw errors.UPSERT_UNSUPPORTED({ entity: meta.className, method })
    return run(target, ...rest)
  }
}

/** upsert takes an entity's name and data, or entities alone. */
function metadataOf(em: EntityManager, target: unknown, isEntity: boolean) {
  const first: unknown = Array.isArray(target) ? target[0] : target
  if (isEntity) return typeof first === 'object' && first !== null ? helper(first).__meta : undefined
  return em.getMetadata().find(first as EntityName) // what upsert itself takes
}
