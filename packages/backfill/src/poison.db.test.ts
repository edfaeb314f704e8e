import type { Database } from '@changeover/database'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { mutant, withoutConflicts } from './mutant.fixture.ts'
import { clean, type Home, openHome, oracle, seedTasks, taskToCard } from './task-to-card.fixture.ts'

let home: Home
beforeEach(async () => {
  home = await openHome()
})
afterEach(() => home.close())

const heldValues = 'overwrite'
const keys = (rows: readonly { readonly key: readonly string[] }[]) => rows.map(({ key }) => key.join())

/** Runs on a database that counts the attempts to write a range. */
async function countingAttempts(
  batchRows: number,
): Promise<{ attempts: number; quarantined: number; rows: number }> {
  let attempts = 0
  const counting = mutant(home.database, (text) => {
    if (text.startsWith('SAVEPOINT')) attempts++
    return text
  })
  const { run, quarantined } = await home.backfillOn(counting).run(taskToCard, { heldValues, batchRows })
  return { attempts, quarantined, rows: run.rows }
}

describe('FM-08 two legacy rows that become the same under a unique key of the target', () => {
  const collide = async (database: Database) => {
    await seedTasks(home.database, 30)
    await home.database.query('CREATE UNIQUE INDEX card_email ON card (lower(email))')
    await home.database.query(
      `UPDATE task SET email = 'Ann@example.org' WHERE id = 9; UPDATE task SET email = 'ann@EXAMPLE.org' WHERE id = 60`,
    )
    return home.backfillOn(database).run(taskToCard, { heldValues })
  }
  const emails = () =>
    home.database
      .query<{ email: string }>(`SELECT email FROM card WHERE lower(email) LIKE 'ann@%'`)
      .then(({ rows }) => rows.map(({ email }) => email))

  test('keep the first twin as it is and put the second row into quarantine, with the index by name', async () => {
    expect(await collide(home.database)).toMatchObject({
      state: 'done',
      quarantined: 1,
      run: { inserted: 29 },
    })
    expect(await emails()).toEqual(['Ann@example.org'])
    const [row] = await home.backfill.quarantine(taskToCard)
    expect(row).toMatchObject({
      key: ['60'],
      code: 'DATABASE.CONSTRAINT_VIOLATED',
      rule: null,
      field: 'card_email',
    })
    expect(row?.why).toContain('(lower(email))=(ann@example.org) already exists')
  })

  test('lose one of them without a word where an insert gives way to a conflict (mutation)', async () => {
    expect(await collide(withoutConflicts(home.database))).toMatchObject({ state: 'done', quarantined: 0 })
    expect(await oracle(home.database)).toMatchObject({ missing: 1 })
  })
})

describe('FM-11 poison rows', () => {
  const poison = (ids: readonly number[]) =>
    home.database
      .query(`ALTER TABLE card ADD CHECK (title <> 'poison')`)
      .then(() =>
        home.database.query(`UPDATE task SET title = 'poison' WHERE id = ANY($1::bigint[])`, [
          ids.map(String),
        ]),
      )

  test('three in 10,000 are the three in quarantine, everything else is written, in few attempts', async () => {
    await seedTasks(home.database, 10_000)
    await poison([3, 15_000, 29_997])
    const { attempts, quarantined, rows } = await countingAttempts(1_000)
    expect([quarantined, rows]).toEqual([3, 10_000])
    expect(attempts).toBeLessThanOrEqual(10 + 3 * 2 * Math.log2(1_000))
    expect(keys(await home.backfill.quarantine(taskToCard))).toEqual(['15000', '29997', '3'])
    expect(await oracle(home.database)).toMatchObject({ missing: 3, orphaned: 0, duplicate: 0 })
    expect((await home.backfill.state(taskToCard))?.rowsDone).toBe(10_000)
  })

  test('neighbours, the first and the last of a batch, and a batch of one', async () => {
    await seedTasks(home.database, 40)
    await poison([3, 6, 30, 33, 120])
    for (const batchRows of [10, 1]) {
      const report = await home.backfill.run(taskToCard, {
        heldValues,
        batchRows,
        restart: true,
        maxQuarantinedPercent: 20,
      })
      expect(report).toMatchObject({ state: 'done', quarantined: 5, run: { rows: 40 } })
      expect(keys(await home.backfill.quarantine(taskToCard))).toEqual(['120', '3', '30', '33', '6'])
    }
  })

  test('that a rule refuses are there with the rule, the field and the reason', async () => {
    await seedTasks(home.database, 20)
    await home.database.query(`UPDATE task SET status = 'strange' WHERE id = 21`)
    expect(await home.backfill.run(taskToCard, { heldValues })).toMatchObject({
      quarantined: 1,
      run: { inserted: 19 },
    })
    expect(await home.backfill.quarantine(taskToCard)).toMatchObject([
      {
        key: ['21'],
        code: 'BACKFILL.ROW_REFUSED',
        rule: 'map-values(status)',
        why: expect.stringContaining('outside') as string,
      },
    ])
  })

  test('are told of without a copy of their content', async () => {
    await seedTasks(home.database, 20)
    await home.database.query(`ALTER TABLE card ADD CONSTRAINT short CHECK (email <> 'p7@example.org')`)
    await home.backfill.run(taskToCard, { heldValues })
    const [row] = await home.backfill.quarantine(taskToCard)
    expect(row).toMatchObject({ key: ['21'], field: 'short' })
    expect(row?.why).toBe('new row for relation "card" violates check constraint "short"')
  })

  test('that a deferred constraint refuses are found before the commit', async () => {
    await seedTasks(home.database, 20)
    await home.database.query(
      `ALTER TABLE card ADD UNIQUE (email) DEFERRABLE INITIALLY DEFERRED; UPDATE task SET email = 'p1@example.org' WHERE id = 33`,
    )
    expect(await home.backfill.run(taskToCard, { heldValues })).toMatchObject({
      quarantined: 1,
      run: { inserted: 19 },
    })
    expect(keys(await home.backfill.quarantine(taskToCard))).toEqual(['33'])
  })

  test('that a trigger of the target refuses go there too', async () => {
    await seedTasks(home.database, 20)
    await home.database.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no % here', new.title; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON card FOR EACH ROW WHEN (new.title = 'Task 5') EXECUTE FUNCTION refuse()`)
    await home.backfill.run(taskToCard, { heldValues })
    expect(await home.backfill.quarantine(taskToCard)).toMatchObject([
      { key: ['15'], code: 'DATABASE.QUERY_FAILED' },
    ])
  })

  test('that are most of the rows stop the run, with the reason, and nothing is lost', async () => {
    await seedTasks(home.database, 1_000)
    await home.database.query(`UPDATE task SET status = 'strange' WHERE id % 5 < 3`)
    const run = home.backfill.run(taskToCard, { heldValues, batchRows: 200 })
    await expect(run).rejects.toMatchObject({
      code: 'BACKFILL.TOO_MANY_QUARANTINED',
      values: { quarantined: 120, rows: 200 },
    })
    const state = await home.backfill.state(taskToCard)
    expect(state).toMatchObject({
      state: 'failed',
      rowsDone: 200,
      quarantined: 120,
      failure: { code: 'BACKFILL.TOO_MANY_QUARANTINED' },
    })
    const all = await home.backfill.run(taskToCard, { heldValues, maxQuarantinedPercent: 100 })
    expect(all).toMatchObject({ state: 'done', total: { rows: 1_000, inserted: 400 } })
    expect((await home.backfill.state(taskToCard))?.quarantined).toBe(600)
  })

  test('stop everything or vanish where they are not isolated (mutations)', async () => {
    await seedTasks(home.database, 20)
    await poison([9])
    const intolerant = mutant(home.database, (text) => (text.startsWith('ROLLBACK TO') ? 'SELECT 1' : text))
    await expect(home.backfillOn(intolerant).run(taskToCard, { heldValues })).rejects.toMatchObject({
      code: 'DATABASE.ABORTED',
    })
    const silent = mutant(home.database, (text) =>
      text.includes('INSERT INTO changeover.quarantine') ? 'SELECT $1::text, $2::text, $3::jsonb' : text,
    )
    expect(await home.backfillOn(silent).run(taskToCard, { heldValues })).toMatchObject({ state: 'done' })
    expect(await oracle(home.database)).toMatchObject({ missing: 1 })
    expect(await home.backfill.quarantine(taskToCard)).toEqual([])
  })
})

describe('failures that no smaller batch could mend', () => {
  test('stop the run, and the next one continues', async () => {
    await seedTasks(home.database, 90)
    let batches = 0
    const onStep = (step: string) => {
      if (step === 'committed') batches++
    }
    const readOnly = mutant(home.database, (text) =>
      batches === 2 && text.startsWith('SAVEPOINT')
        ? 'SET LOCAL transaction_read_only = on; SAVEPOINT changeover_range'
        : text,
    )
    const run = home.backfillOn(readOnly).run(taskToCard, { heldValues, batchRows: 30, onStep })
    await expect(run).rejects.toMatchObject({ code: 'DATABASE.READ_ONLY' })
    expect(await home.backfill.state(taskToCard)).toMatchObject({
      state: 'failed',
      rowsDone: 60,
      quarantined: 0,
    })
    expect(await home.backfill.run(taskToCard, { heldValues })).toMatchObject({
      total: { rows: 90, inserted: 90 },
    })
    expect(await oracle(home.database)).toEqual(clean)
  })

  test('a statement that takes too long is tried in smaller pieces', async () => {
    await seedTasks(home.database, 64)
    await home.database.query(`
      CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN new; END $$;
      CREATE TRIGGER slow BEFORE INSERT ON card FOR EACH ROW EXECUTE FUNCTION slow()`)
    const impatient = mutant(home.database, (text) =>
      text.startsWith('SAVEPOINT') ? `SET LOCAL statement_timeout = '300ms'; ${text}` : text,
    )
    expect(await home.backfillOn(impatient).run(taskToCard, { heldValues })).toMatchObject({
      quarantined: 0,
      run: { inserted: 64 },
    })
    expect(await oracle(home.database)).toEqual(clean)
  })
})

describe('a retry of the quarantine', () => {
  test('lets go of what can be written now, or is gone, and keeps the rest with its newest reason', async () => {
    await seedTasks(home.database, 30)
    await home.database.query('UPDATE task SET parent = NULL')
    await home.database.query(`UPDATE task SET status = 'strange' WHERE id IN (3, 6, 9, 12)`)
    await home.backfill.run(taskToCard, { heldValues, maxQuarantinedPercent: 100 })
    await home.database.query(`
      UPDATE task SET status = 'open' WHERE id IN (3, 9); DELETE FROM task WHERE id = 6;
      CREATE UNIQUE INDEX ON card (lower(email)); UPDATE task SET email = 'P5@example.org' WHERE id = 9`)
    expect(await home.backfill.retryQuarantine(taskToCard, { heldValues })).toEqual({
      tried: 4,
      recovered: 2,
    })
    expect(await home.backfill.quarantine(taskToCard)).toMatchObject([
      { key: ['12'], code: 'BACKFILL.ROW_REFUSED', attempts: 2 },
      { key: ['9'], code: 'DATABASE.CONSTRAINT_VIOLATED', attempts: 2 },
    ])
    expect(keys(await home.backfill.quarantine(taskToCard, { after: ['12'], limitRows: 1 }))).toEqual(['9'])
    await home.database.query(`UPDATE task SET status = 'open', email = NULL WHERE id IN (9, 12)`)
    expect(await home.backfill.retryQuarantine(taskToCard, { heldValues })).toEqual({
      tried: 2,
      recovered: 2,
    })
    expect(await oracle(home.database)).toEqual(clean)
  })
})
