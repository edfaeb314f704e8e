import type { Database, Queryable, Transaction } from '@changeover/database'
import { fieldNamed, type Mapping, typeText } from '@changeover/mapping'
import { all, any, ident, join, type Sql, sql } from '@changeover/mapping/sql'
import { adopt, type Key, keyNames, keyParameters, keyType, parameter, targetSide } from '@changeover/sync'
import { lockPhase, readPhase } from '@changeover/rollout'
import type { DualWrite } from './dual-write.ts'
import { errors } from './errors.ts'
import { addKeys, type Flushed, type FlushedRows, keyOfEntity } from './flushed.ts'
import { pay, type Payment } from './pay-forward.ts'
import { identityColumns } from './row-triggers.ts'

/** The stored phase, without a lock: whoever acts on it looks again under lock. */
export async function phaseNow(database: Queryable, migration: string): Promise<string> {
  const stored = await readPhase(database, migration)
  return stored?.phase.name ?? 'legacy-only'
}

/** The legacy keys that rows of the target have, by the target's own key. */
export async function knownKeys(
  database: Pick<Database, 'query'>,
  mapping: Mapping,
  targetKeys: readonly string[],
): Promise<readonly (readonly [string, Key])[]> {
  if (targetKeys.length === 0) return []
  const side = targetSide(mapping)
  const names = keyNames(mapping)
  const texts = side.legacyKey.map((key, index) => sql`(${key})::text AS ${ident(names[index] ?? '')}`)
  const known = all(side.legacyKey.map((key) => sql`${key} IS NOT NULL`))
  const { rows } = await database.query<Record<string, string>>(
    sql`SELECT ${own(mapping)}::text AS own, ${join(texts)} FROM ${side.name} AS t
      WHERE ${own(mapping)} = ANY (${parameter(1)}::${ownType(mapping)}[]) AND ${side.scope} AND ${known}`
      .text,
    [targetKeys],
  )
  return rows.map((row) => [String(row['own']), names.map((name) => String(row[name]))])
}

/** Syncs what was flushed on the target side: new rows take their legacy key first, and none loses the one it had. */
export async function payBackward(database: Database, dualWrite: DualWrite, flushed: Flushed): Promise<void> {
  const due = flushed
    .all('backward')
    .filter(({ keys, rows, links, linkKeys }) => keys.size + rows.size + links.size + linkKeys.size > 0)
  if (due.length === 0) return
  await database.transaction(async (tx) => {
    const { phase } = await lockPhase(tx, dualWrite.migration)
    const was = flushed.phase ?? phase.name
    if (phase.name !== was) throw errors.PHASE_MOVED({ migration: dualWrite.migration, was, is: phase.name })
    if (phase.name !== 'target-leads') return
    const payments: Payment[] = []
    for (const rows of due) payments.push(...(await paymentsOf(tx, rows)))
    await pay(database, dualWrite, 'backward', payments)
  })
}

async function paymentsOf(tx: Transaction, flushed: FlushedRows): Promise<readonly Payment[]> {
  const { mapping, keys, rows, links, linkKeys, known } = flushed
  const own = (entities: ReadonlySet<object>) =>
    [...entities].flatMap((entity) => keyOfEntity(mapping.target, entity) ?? [])
  await restore(tx, mapping, [...known])
  const here = new Map(await knownKeys(tx, mapping, [...own(rows), ...own(links)]))
  const keyless = own(rows).filter((key) => !here.has(key))
  const changed = new Map(keys)
  addKeys(
    changed,
    own(rows).flatMap((key) => [here.get(key)].filter((each) => each !== undefined)),
  )
  if (keyless.length > 0) addKeys(changed, await adopt(tx, mapping, keyless))
  const linked = new Map(linkKeys)
  addKeys(
    linked,
    own(links).flatMap((key) => [here.get(key)].filter((each) => each !== undefined)),
  )
  return [
    { mapping, keys: [...changed.values()], links: false },
    { mapping, keys: [...linked.values()], links: true },
  ]
}

/** An ORM writes whole JSON columns, and with them may have overwritten the identity. */
async function restore(
  tx: Transaction,
  mapping: Mapping,
  known: readonly (readonly [string, Key])[],
): Promise<void> {
  if (known.length === 0 || mapping.identity.kind === 'sameKey') return
  const side = targetSide(mapping)
  const names = keyNames(mapping)
  const sets = identityColumns(
    mapping,
    't',
    names.map((name) => ident('known', name)),
  )
  const lost = any(side.legacyKey.map((key) => sql`${key} IS NULL`))
  const types = mapping.legacy.key.map(
    (field, index) => sql`${parameter(index + 2)}::${keyType(mapping, field)}[]`,
  )
  const from = sql`unnest(${parameter(1)}::${ownType(mapping)}[], ${join(types)}) AS known(own, ${join(names.map((name) => ident(name)))})`
  await tx.query(
    sql`UPDATE ${side.name} AS t SET ${join(sets.map(({ column, value }) => sql`${column} = ${value}`))}
      FROM ${from} WHERE ${own(mapping)} = known.own AND ${side.scope} AND (${lost})`.text,
    [
      known.map(([key]) => key),
      ...keyParameters(
        mapping,
        known.map(([, key]) => key),
      ),
    ],
  )
}

function own(mapping: Mapping): Sql {
  return ident('t', fieldNamed(mapping.target, mapping.target.key[0] ?? '').column)
}

function ownType(mapping: Mapping): Sql {
  return { text: typeText(fieldNamed(mapping.target, mapping.target.key[0] ?? '').type) }
}
