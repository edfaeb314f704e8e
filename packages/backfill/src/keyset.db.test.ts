import type { Database } from '@changeover/database'
import { table, defineMapping, copy, sameKey } from '@changeover/mapping'
import { describe, expect, test } from 'vitest'
import { apart, type Keyed, keyed, openKeyed } from './keyed.fixture.ts'
import { mutant } from './mutant.fixture.ts'
import type { Home } from './task-to-card.fixture.ts'

const options = { heldValues: 'overwrite', batchRows: 17 } as const

async function withHome(of: Keyed, work: (home: Home) => Promise<void>): Promise<void> {
  const home = await openKeyed(of)
  try {
    await home.database.query(of.seed, [300])
    await work(home)
  } finally {
    await home.close()
  }
}

const named = (name: string): Keyed => keyed.find((each) => each.name === name) ?? keyed[0]!

describe.each(keyed.map((each) => [each.name, each] as const))('FM-06 a key of %s', (_name, of) => {
  test('reaches every row once, in batches', () =>
    withHome(of, async (home) => {
      const { run } = await home.backfill.run(of.mapping, options)
      expect(run).toMatchObject({ rows: 300, inserted: 300, updated: 0, batches: 18 })
      expect(await apart(home, of)).toBe(0)
    }))

  test('reaches every row that is there although others vanish and sort elsewhere meanwhile', () =>
    withHome(of, async (home) => {
      let batches = 0
      const onStep = async (step: string) => {
        if (step !== 'committed' || ++batches > 6) return
        await home.database.query(
          'DELETE FROM thing WHERE ctid IN (SELECT ctid FROM thing ORDER BY rank LIMIT 5)',
        )
        await home.database.query('UPDATE thing SET rank = 1000 - rank WHERE rank % 3 = 0 AND rank < 900')
      }
      await home.backfill.run(of.mapping, { ...options, onStep })
      const { rows } = await home.database.query<{ missing: number }>(
        `SELECT count(*)::int AS missing FROM ${of.joined} WHERE t.id IS NULL`,
      )
      expect(rows[0]?.missing).toBe(0)
    }))

  test('stops anywhere and continues there', () =>
    withHome(of, async (home) => {
      let state = 'stopped'
      for (let run = 0; state === 'stopped'; run++) {
        const stopping = new AbortController()
        const onProgress = () => stopping.abort()
        state = (await home.backfill.run(of.mapping, { ...options, signal: stopping.signal, onProgress }))
          .state
      }
      expect(await home.backfill.state(of.mapping)).toMatchObject({
        rowsDone: 300,
        inserted: 300,
        batches: 18,
      })
      expect(await apart(home, of)).toBe(0)
    }))
})

describe('FM-06 mutations', () => {
  const runOn = (home: Home, of: Keyed, rewrite: (text: string) => string) => {
    const database: Database = mutant(home.database, rewrite)
    return home.backfillOn(database).run(of.mapping, options)
  }

  test('a cursor that is compared under another collation than the rows are sorted loses rows', () =>
    withHome(named('text of mixed case'), async (home) => {
      const of = named('text of mixed case')
      await runOn(home, of, (text) => text.replaceAll('("l"."code") > (', '("l"."code" COLLATE "C") > ('))
      expect(await apart(home, of)).toBeGreaterThan(0)
    }))

  test('a key of two columns that is compared column by column loses rows', () =>
    withHome(named('two columns'), async (home) => {
      const of = named('two columns')
      const rowValue = /\("l"\."org", "l"\."no"\) > \((\$\d+::text), (\$\d+::integer)\)/g
      await runOn(home, of, (text) => text.replaceAll(rowValue, '("l"."org" > $1 AND "l"."no" > $2)'))
      expect(await apart(home, of)).toBeGreaterThan(0)
    }))
})

test('FM-06 a key that can be NULL is refused when the mapping is written', () => {
  const legacy = table('thing', { code: 'text', title: 'text not null' }, { key: ['code'] })
  const target = table('item', { code: 'text', title: 'text not null' }, { key: ['code'] })
  expect(() =>
    defineMapping({ name: 'Thing', legacy, target, identity: sameKey('code'), rules: copy('title') }),
  ).toThrow(expect.objectContaining({ code: 'MAPPING.KEY_NULLABLE' }))
})

test('FM-12 a run ends at the key that was the greatest when it began, however many rows come meanwhile', () =>
  withHome(named('bigint'), async (home) => {
    const { mapping } = named('bigint')
    const onStep = async (step: string) => {
      if (step !== 'committed') return
      await home.database.query(
        `INSERT INTO thing SELECT max(code) + n, 'late', 0 FROM thing, generate_series(1, 40) AS n GROUP BY n`,
      )
    }
    expect((await home.backfill.run(mapping, { ...options, onStep })).run.rows).toBe(300)
  }))

test('FM-12 without its bound a run goes on for as long as rows come (mutation)', () =>
  withHome(named('bigint'), async (home) => {
    const { mapping } = named('bigint')
    const stopping = new AbortController()
    let batches = 0
    const onStep = async (step: string) => {
      if (step !== 'committed') return
      if (++batches === 40) stopping.abort()
      await home.database.query(
        `INSERT INTO thing SELECT max(code) + n, 'late', 0 FROM thing, generate_series(1, 40) AS n GROUP BY n`,
      )
    }
    const unbounded = mutant(home.database, (text) =>
      text.replaceAll(/\("l"\."code"\) <= \((\$\d+::bigint)\)/g, '($1 IS NOT NULL)'),
    )
    const signal = stopping.signal
    const { state, run } = await home.backfillOn(unbounded).run(mapping, { ...options, onStep, signal })
    expect(state).toBe('stopped')
    expect(run.rows).toBeGreaterThan(600)
  }))
