import type { Database, Queryable } from '@changeover/database'
import { fromEntityManager, fromTransaction } from '@changeover/database/mikro-orm'
import { bug } from '@changeover/errors'
import { type Direction, inOrder, type Mapping, type Table } from '@changeover/mapping'
import { dependentKeysSql, dependentsOf, type Key, keyNames, keyParameters } from '@changeover/sync'
import type { EntityMetadata, EventSubscriber, FlushEventArgs, TransactionEventArgs } from '@mikro-orm/core'
import { SqlEntityManager } from '@mikro-orm/postgresql'
import { phaseOf } from './capture-function.ts'
import type { DualWrite } from './dual-write.ts'
import { addKeys, Flushed, keyOfEntity, keyText } from './flushed.ts'
import { followedRows, type GoneRow } from './followed-rows.ts'
import { payForward } from './pay-forward.ts'
import { knownKeys, payBackward, phaseNow } from './pay-backward.ts'
import { qualify } from './qualified.ts'
import { requireFlushable } from './require-flushable.ts'
import { type ReferentialAction, referentialActions } from './referential-actions.ts'

/**
 * Dual write for what MikroORM flushes, where no triggers may be installed: `orm.em.getEventManager().registerSubscriber(…)`.
 * Install the functions with `capture: 'orm'` first.
 *
 * Just before a transaction (or savepoint) commits, one statement syncs the rows of all its flushes. Native calls,
 * QueryBuilder, raw SQL and other programs are not seen: `detectBypass` finds what they did.
 *
 * Cost: one round trip for each transaction that changed mapped rows; one more for each mapping with deletes, or where the
 * target leads. Errors: as of a trigger; DUAL_WRITE.PHASE_MOVED, retriable;
 * DUAL_WRITE.CAPTURE_BLIND, when it is made.
 */
export function createFlushSubscriber(dualWrite: DualWrite): EventSubscriber {
  requireFlushable({ ...dualWrite, capture: 'orm' })
  return new FlushSubscriber(dualWrite)
}

class FlushSubscriber implements EventSubscriber {
  private readonly pending = new WeakMap<object, Flushed>()
  private readonly waiting = new WeakMap<object, (within: Queryable) => Promise<void>>()
  private catalog: Promise<Catalog> | undefined
  private readonly mappings: readonly Mapping[]
  private readonly dualWrite: DualWrite

  constructor(dualWrite: DualWrite) {
    this.dualWrite = dualWrite
    this.mappings = inOrder(dualWrite.mappings)
  }

  async onFlush({ em, uow }: FlushEventArgs): Promise<void> {
    const flushed = this.pending.get(uow) ?? new Flushed()
    const gone: Gone[] = []
    const removed: GoneRow[] = []
    for (const changeSet of uow.getChangeSets()) {
      const { entity, originalEntity } = changeSet
      const isGone = changeSet.type === 'delete' || changeSet.type === 'delete_early'
      if (isGone) removed.push(goneRowOf(changeSet.meta, { ...entity, ...originalEntity }))
      for (const { mapping, direction, table } of this.interested(changeSet.meta)) {
        const rows = flushed.of(mapping, direction)
        if (!isGone) rows.rows.add(entity)
        const key = keyOfEntity(table, { ...entity, ...originalEntity })
        if (key && changeSet.type !== 'create') gone.push({ mapping, direction, key, isGone })
      }
    }
    for (const collection of uow.getCollectionUpdates()) {
      const meta = em.getMetadata().find(collection.owner.constructor as never)
      for (const { mapping, direction } of meta ? this.interested(meta) : [])
        flushed.of(mapping, direction).links.add(collection.owner)
    }
    if (flushed.all('forward').length + flushed.all('backward').length + removed.length === 0) return
    this.pending.set(uow, flushed)
    const note = (within: Queryable) => this.note(within, flushed, gone, removed)
    if (em.isInTransaction()) await note(databaseOf(em))
    else this.waiting.set(uow, note)
  }

  /** A flush that has no transaction yet opens one for itself: what is locked for it must be locked in there. */
  async afterTransactionStart({ em, uow, transaction }: TransactionEventArgs): Promise<void> {
    const note = uow && this.waiting.get(uow)
    if (!uow || !note) return
    this.waiting.delete(uow)
    await note(fromTransaction(ours(em), transaction as never)) // of its own driver, which is PostgreSQL's
  }

  async beforeTransactionCommit({ em, uow }: TransactionEventArgs): Promise<void> {
    const flushed = uow && this.pending.get(uow)
    if (!uow || !flushed) return
    this.pending.delete(uow)
    const database = databaseOf(em)
    await payForward(database, this.dualWrite, flushed.all('forward'))
    await payBackward(database, this.dualWrite, flushed)
  }

  afterTransactionRollback({ uow }: TransactionEventArgs): void {
    if (uow) this.pending.delete(uow)
  }

  /** What can only be asked before the flush: who refers to rows that go, and the legacy keys behind rows of the target. */
  private async note(
    database: Queryable,
    flushed: Flushed,
    gone: readonly Gone[],
    removed: readonly GoneRow[],
  ): Promise<void> {
    if (removed.length > 0) await this.noteFollowed(database, flushed, removed)
    for (const mapping of this.mappings) {
      const own = gone.filter((each) => each.mapping === mapping)
      const forward = own.filter(({ direction }) => direction === 'forward')
      addKeys(
        flushed.of(mapping, 'forward').keys,
        forward.map(({ key }) => key),
      )
      const deleted = forward.filter(({ isGone }) => isGone).map(({ key }) => key)
      if (deleted.length > 0) await this.noteDependents(database, flushed, mapping, deleted)
    }
    if (flushed.all('backward').length === 0) return
    flushed.phase ??= await phaseNow(database, this.dualWrite.migration)
    if (flushed.phase !== 'target-leads') return
    for (const rows of flushed.all('backward')) {
      const keys = gone.filter(
        ({ mapping, direction }) => mapping === rows.mapping && direction === 'backward',
      )
      const links = [...rows.links].flatMap((entity) => keyOfEntity(rows.mapping.target, entity) ?? [])
      const own = [...keys.flatMap(({ key }) => key), ...links]
      for (const [target, key] of await knownKeys(database, rows.mapping, own)) {
        if (!rows.known.has(target)) rows.known.set(target, key)
        addKeys(rows.keys, [key])
      }
    }
  }

  /** Rows that the database deletes or empties by itself, because of rows that go: no flush tells of them. */
  private async noteFollowed(database: Queryable, flushed: Flushed, removed: readonly GoneRow[]) {
    const phase = await phaseNow(database, this.dualWrite.migration)
    this.catalog ??= readCatalog(database, this.mappings).catch((error: unknown) => {
      this.catalog = undefined
      throw error
    })
    const { mappings, actions } = await this.catalog
    for (const { mapping, direction, isLink, keys } of await followedRows(
      database,
      mappings,
      actions,
      removed,
    )) {
      const own = this.mappings.find(({ name }) => name === mapping)
      if (!own || phaseOf[direction] !== phase) continue
      const rows = flushed.of(own, direction)
      addKeys(isLink ? rows.linkKeys : rows.keys, keys)
    }
  }

  private async noteDependents(
    database: Queryable,
    flushed: Flushed,
    mapping: Mapping,
    keys: readonly Key[],
  ) {
    for (const dependent of dependentsOf(mapping, this.mappings)) {
      const found = await database.query(
        dependentKeysSql(mapping, dependent).text,
        keyParameters(mapping, keys),
      )
      const names = keyNames(dependent.mapping)
      const texts = found.rows.map((row) => names.map((name) => String(Reflect.get(row, name))))
      addKeys(flushed.of(dependent.mapping, 'forward').keys, texts)
    }
  }

  private interested({
    tableName,
    schema,
  }: Pick<EntityMetadata, 'tableName' | 'schema'>): readonly Interested[] {
    const isIn = (table: Table) =>
      table.name === tableName &&
      (table.schema === undefined || schema === undefined || schema === '*' || table.schema === schema)
    return this.mappings.flatMap((mapping): readonly Interested[] => [
      ...(isIn(mapping.legacy) ? [{ mapping, direction: 'forward', table: mapping.legacy } as const] : []),
      ...(isIn(mapping.target) ? [{ mapping, direction: 'backward', table: mapping.target } as const] : []),
    ])
  }
}

/** What a row that goes takes along, as far as the database says. */
interface Catalog {
  readonly mappings: readonly Mapping[]
  readonly actions: readonly ReferentialAction[]
}

async function readCatalog(database: Queryable, mappings: readonly Mapping[]): Promise<Catalog> {
  return { mappings: await qualify(database, mappings), actions: await referentialActions(database) }
}

function goneRowOf({ tableName, schema, primaryKeys, properties }: EntityMetadata, entity: object): GoneRow {
  const key = primaryKeys.flatMap((name) => {
    const [column] = Reflect.get(properties, name)?.fieldNames ?? []
    const value = keyText(Reflect.get(entity, name))
    return column === undefined || value === undefined ? [] : [{ column, value }]
  })
  return { schema: schema === '*' ? undefined : schema, name: tableName, key }
}

interface Interested {
  readonly mapping: Mapping
  readonly direction: Direction
  readonly table: Table
}

interface Gone {
  readonly mapping: Mapping
  readonly direction: Direction
  readonly key: Key
  readonly isGone: boolean
}

/** Subscribers are told of any EntityManager; this one is registered with PostgreSQL's. */
function databaseOf(em: FlushEventArgs['em']): Database {
  return fromEntityManager(ours(em))
}

function ours(em: FlushEventArgs['em']): Parameters<typeof fromEntityManager>[0] {
  if (em instanceof SqlEntityManager) return em as never
  throw bug('dual write by the ORM needs the EntityManager of @mikro-orm/postgresql')
}
