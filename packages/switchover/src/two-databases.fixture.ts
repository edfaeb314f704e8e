import { createPoolDatabase, type PoolDatabase, runDdl } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { createPostgresLedger, type Ledger } from './ledger.ts'
import { ledgerDdl } from './ledger-ddl.ts'
import { read, write } from './operation.ts'
import { type RolloutPhase, rolloutPhases } from './rollout-phase.ts'
import type { Store } from './stores.ts'
import { createSwitchover, type SwitchoverOptions } from './switchover.ts'

/** A store in one table. Values are texts. */
export function tableStore(database: PoolDatabase): Store<string> {
  return {
    async load(key) {
      const { rows } = await database.query<{ value: string }>('SELECT value FROM kept WHERE key = $1', [key])
      return rows[0]?.value
    },
    save: (key, value) =>
      database.query(
        'INSERT INTO kept VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        [key, value],
      ),
    remove: (key) => database.query('DELETE FROM kept WHERE key = $1', [key]),
    async keys(after, limit) {
      const { rows } = await database.query<{ key: string }>(
        'SELECT key FROM kept WHERE $1::text IS NULL OR key > $1 ORDER BY key LIMIT $2::int',
        [after ?? null, limit],
      )
      return rows.map(({ key }) => key)
    },
  }
}

/** The operations of two stores of texts. */
export function textOperations(legacy: Store<string>, target: Store<string>) {
  return {
    save: write({
      key: (key: string, _value: string) => key,
      legacy: async (key: string, value: string) => void (await legacy.save(key, value)),
      target: async (key: string, value: string) => void (await target.save(key, value)),
    }),
    load: read({
      key: (key: string) => key,
      legacy: (key: string) => legacy.load(key),
      target: (key: string) => target.load(key),
    }),
  }
}

/** Legacy, target and ledger in three databases; each process has connections of its own. */
export async function openDatabases() {
  const homes = await Promise.all([createTestDatabase(), createTestDatabase(), createTestDatabase()])
  const [legacyHome, targetHome, ledgerHome] = homes
  const pools: PoolDatabase[] = []
  const connect = (url: string) => {
    const pool = createPoolDatabase({ url })
    pools.push(pool)
    return pool
  }
  for (const { url } of [legacyHome, targetHome])
    await connect(url).query('CREATE TABLE kept (key text PRIMARY KEY, value text NOT NULL)')
  const ledgerDatabase = connect(ledgerHome.url)
  await runDdl(ledgerDatabase, ledgerDdl)
  const [legacyDatabase, targetDatabase] = pools
  return {
    ledgerDatabase,
    urls: { legacy: legacyHome.url, target: targetHome.url, ledger: ledgerHome.url },
    /** One process. `wrap` changes the stores or the ledger that it sees. */
    async start(phase: RolloutPhase, wrap: Wrapped = {}) {
      const legacy = tableStore(connect(legacyHome.url))
      const target = (wrap.target ?? same)(tableStore(connect(targetHome.url)))
      const pool = connect(ledgerHome.url)
      const switchover = await createSwitchover({
        name: 'texts',
        flags: () => rolloutPhases[phase],
        ledger: (wrap.ledger ?? same)(createPostgresLedger(pool, 'texts')),
        stores: { legacy, target, toTarget: (value: string) => value, toLegacy: (value: string) => value },
        operations: textOperations(legacy, target),
        ...wrap.options,
      })
      return { ...switchover, legacy, target, ledgerPool: pool }
    },
    async empty() {
      await legacyDatabase?.query('TRUNCATE kept')
      await targetDatabase?.query('TRUNCATE kept')
      await ledgerDatabase.query('TRUNCATE changeover.switchover_owed, changeover.switchover_note')
    },
    async close() {
      for (const pool of pools) await pool.close()
      for (const home of homes) await home.drop()
    },
  }
}

interface Wrapped {
  readonly target?: (store: Store<string>) => Store<string>
  readonly ledger?: (ledger: Ledger) => Ledger
  readonly options?: Partial<SwitchoverOptions<string, string, ReturnType<typeof textOperations>>>
}

function same<T>(value: T): T {
  return value
}
