import { type PoolDatabase, retrying, type Transaction } from '@changeover/database'
import { family } from '@changeover/sample-mappings'
import { createSync } from '@changeover/sync'
import { defineEntity, MikroORM, p } from '@mikro-orm/postgresql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type FamilyFixture, openFamily } from './family.fixture.ts'
import { type DualWrite, dualWriteDrift, owedState, refusalIn, repair } from './index.ts'
import { createFlushSubscriber } from './mikro-orm.ts'

const Person = defineEntity({
  name: 'Person',
  tableName: 'person',
  properties: { id: p.bigint('string').primary(), name: p.string(), team: p.bigint('string') },
})
const Member = defineEntity({
  name: 'Member',
  tableName: 'member',
  properties: {
    id: p.uuid().primary(),
    name: p.string(),
    unit: p.uuid(),
    legacyId: p.bigint('string').nullable(),
  },
})

let home: FamilyFixture
let database: PoolDatabase
let run: FamilyFixture['run']
let text: FamilyFixture['text']

async function open(given: Partial<DualWrite> = {}): Promise<DualWrite> {
  home = await openFamily(given)
  ;({ database, run, text } = home)
  return home.dualWrite
}
afterEach(() => home.close())

const members = () =>
  text(`SELECT string_agg(concat_ws(' ', m.name, u.name, o.name), ', ' ORDER BY m.name)
    FROM member m JOIN unit u ON u.id = m.unit JOIN org o ON o.id = u.org`)
const people = () =>
  text(`SELECT string_agg(concat_ws(' ', p.name, t.name, c.name), ', ' ORDER BY p.name)
    FROM person p JOIN team t ON t.id = p.team JOIN company c ON c.id = t.company`)
const insert = (name: string, team = 1) => `INSERT INTO person (name, team) VALUES ('${name}', ${team})`
/** Writes what no capture sees, as rows from before dual write. */
const unseen = (table: string, statement: string) =>
  run(`ALTER TABLE ${table} DISABLE TRIGGER USER; ${statement}; ALTER TABLE ${table} ENABLE TRIGGER USER`)
const initech = `INSERT INTO org (id, name) VALUES ('00000000-0000-0000-0000-00000000000a', 'initech')`
const green = `INSERT INTO unit (id, name, org) VALUES ('00000000-0000-0000-0000-00000000000b', 'green', '00000000-0000-0000-0000-00000000000a')`
const longName = 'a company of a long name'

describe('FM-67 captured by triggers, a new row whose parents have no twin yet', () => {
  let dualWrite: DualWrite
  beforeEach(async () => {
    dualWrite = await open()
  })

  test('brings them along, however many levels there are', async () => {
    await run(insert('ann'))
    await run(`${insert('bob')}; ${insert('cyd', 2)}`)
    expect(await members()).toBe('ann blue acme, bob blue acme, cyd red globex')
    expect(await text('SELECT concat(count(*), min(name)) FROM unit')).toBe('2blue')
    expect(await dualWriteDrift(database, dualWrite)).toEqual([])
  })

  test('does so in one statement of many, by COPY-like bulk, and where it moves to them', async () => {
    await run(`INSERT INTO person (name, team) SELECT 'p' || n, 1 + n % 2 FROM generate_series(1, 300) AS n`)
    expect(await text('SELECT count(*)::text FROM member')).toBe('300')
    await run(`INSERT INTO team (name, company) VALUES ('green', 1)`)
    await run(`DELETE FROM member WHERE name = 'p1'; DELETE FROM unit WHERE name = 'green'`)
    await run(`UPDATE person SET team = 3 WHERE name = 'p2'`)
    expect(await text(`SELECT u.name FROM member m JOIN unit u ON u.id = m.unit WHERE m.name = 'p2'`)).toBe(
      'green',
    )
  })

  test('is written beside its parent by one statement, whichever trigger comes first', async () => {
    await run(`WITH made AS (INSERT INTO team (name, company) VALUES ('new', 2) RETURNING id)
      INSERT INTO step (team) SELECT id FROM made`)
    expect(await text('SELECT u.name FROM stage s JOIN unit u ON u.id = s.below')).toBe('new')
  })

  test('brings along the ancestors of its own mapping, and a circle ends in a refusal', async () => {
    await unseen(
      'step',
      `INSERT INTO step (id, previous, team) VALUES (90, 91, NULL), (91, 92, NULL), (92, NULL, 2), (95, 96, NULL), (96, 95, NULL)`,
    )
    await run('INSERT INTO step (id, previous) VALUES (1, 90)')
    expect(await text(`SELECT string_agg(legacy_id::text, ',' ORDER BY legacy_id) FROM stage`)).toBe(
      '1,90,91,92',
    )
    const failure = refusalIn(
      await run('INSERT INTO step (id, previous) VALUES (2, 95)').catch((error: unknown) => error),
    )
    expect(failure).toMatchObject({
      code: 'DUAL_WRITE.ROW_REFUSED',
      values: { key: '2', why: expect.stringContaining('Step 95 cannot be written: below would be NULL') },
    })
  })

  test('is refused with the name of the parent and its reason where that cannot be written', async () => {
    await unseen('company', `UPDATE company SET name = '${longName}' WHERE id = 1`)
    const failure = refusalIn(await run(insert('ann')).catch((error: unknown) => error))
    expect(failure).toMatchObject({
      code: 'DUAL_WRITE.ROW_REFUSED',
      values: {
        mapping: 'Person',
        rule: 'reference(team)',
        why: 'would be NULL in a column that is NOT NULL: Team 1 cannot be written: org would be NULL in a column that is NOT NULL: Company 1 cannot be written: name does not fit into its column (copy(name)) (reference(company))',
      },
    })
    expect(await text('SELECT count(*)::text FROM person')).toBe('1')
  })

  test('or does not exist', async () => {
    const failure = refusalIn(
      await run('INSERT INTO step (team) VALUES (9)').catch((error: unknown) => error),
    )
    expect(failure?.values['why']).toContain(': Team 9 is no row that the mapping speaks of')
  })

  test('is refused where nobody brings them along (mutation)', async () => {
    const { rows } = await database.query<{ text: string }>(
      `SELECT pg_get_functiondef(oid) AS text FROM pg_proc WHERE proname LIKE 'sync_family_Person_forward%'`,
    )
    for (const { text: made } of rows) {
      expect(made).toContain('changeover_refused IS NOT NULL AND')
      await run(made.replaceAll('changeover_refused IS NOT NULL AND', 'FALSE AND'))
    }
    const failure = refusalIn(await run(insert('ann')).catch((error: unknown) => error))
    expect(failure).toMatchObject({ values: { why: 'would be NULL in a column that is NOT NULL' } })
  })

  test('costs one look-up of the reference, and none of the parent, where it has its twin', async () => {
    await run(insert('ann'))
    const probes = async () =>
      Number(
        await text(`SELECT (pg_stat_get_numscans(i.indexrelid))::text FROM pg_index i
        WHERE i.indexrelid = 'team_pkey'::regclass`),
      )
    await run('SELECT pg_stat_force_next_flush()')
    const before = await probes()
    await run(`INSERT INTO person (name, team) VALUES ('bob', 1)`)
    await run('SELECT pg_stat_force_next_flush()')
    expect((await probes()) - before).toBe(1) // legacy's own foreign key
  })
})

describe('FM-67 two connections that bring along the same parent', () => {
  beforeEach(async () => void (await open()))

  /** Waits until a session of this database waits for a lock. */
  async function blocked(): Promise<void> {
    for (;;) {
      const waiting = `SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
      if ((await text(waiting)) !== '0') return
    }
  }

  /** The second begins when the first has written and has not committed. */
  async function together(first: (tx: Transaction) => Promise<unknown>, second: () => Promise<unknown>) {
    const wrote = Promise.withResolvers<void>()
    const early = database.transaction(async (tx) => {
      await first(tx)
      wrote.resolve()
      await blocked()
    })
    const late = wrote.promise.then(second)
    return (await Promise.allSettled([early, late])).map((each) =>
      each.status === 'rejected' ? (each.reason as unknown) : each.status,
    )
  }

  test('make one twin: the later waits, and finds it', async () => {
    const outcome = await together(
      (tx) => tx.query(insert('ann')),
      () => run(insert('bob')),
    )
    expect(outcome).toEqual(['fulfilled', 'fulfilled'])
    expect(await members()).toBe('ann blue acme, bob blue acme')
  })

  test('meet no deadlock when each brings along the same two by one statement, in whatever order', async () => {
    const both = (order: string) =>
      `INSERT INTO person (name, team) SELECT 'p', team FROM (VALUES (1), (2)) AS t(team) ORDER BY team ${order}`
    const outcome = await together(
      (tx) => tx.query(both('ASC')),
      () => run(both('DESC')),
    )
    expect(outcome).toEqual(['fulfilled', 'fulfilled'])
    expect(await text('SELECT count(*)::text FROM unit')).toBe('2')
  })

  test('one of them in an older snapshot is told to try again, and succeeds then', async () => {
    const isolation = 'repeatable read' as const
    const attempts: string[] = []
    const late = () =>
      retrying(
        database,
        async (tx) => {
          attempts.push('')
          await tx.query('SELECT 1 FROM person')
          if (attempts.length === 1) await database.query(insert('ann'))
          await tx.query(insert('bob'))
        },
        { isolation, baseDelayMs: 1 },
      )
    await late()
    expect(attempts).toHaveLength(2)
    expect(await members()).toBe('ann blue acme, bob blue acme')
  })

  test('or a child and the backfill of the parents: whoever is later finds it there', async () => {
    const [, team] = family
    const batch = (tx: Transaction) =>
      createSync(family).batch(tx, team, 'forward', {}, { heldValues: 'overwrite' })
    expect(
      await together(
        (tx) => tx.query(insert('ann')),
        () => database.transaction(batch),
      ),
    ).toEqual(['fulfilled', 'fulfilled'])
    expect(await members()).toBe('ann blue acme')
  })

  test('or a child and whoever deletes its parent: legacy refuses the one that is later', async () => {
    await run('DELETE FROM person')
    const [early, late] = await together(
      (tx) => tx.query(insert('ann')),
      () => run('DELETE FROM team WHERE id = 1'),
    )
    expect(early).toBe('fulfilled')
    expect(late).toMatchObject({ code: 'DATABASE.CONSTRAINT_VIOLATED' })
    expect(await members()).toBe('ann blue acme')
  })
})

describe('FM-67 under best-effort', () => {
  test('what waits for a refused parent is owed by its name, and paid with the parent once that is mended', async () => {
    const dualWrite = await open({ policy: 'best-effort' })
    await unseen('company', `UPDATE company SET name = '${longName}' WHERE id = 1`)
    await run(insert('ann'))
    await run(insert('bob', 2))
    expect(await members()).toBe('bob red globex')
    expect(await owedState(database, 'family')).toMatchObject({
      keys: 1,
      reasons: [{ why: expect.stringContaining('Company 1 cannot be written: name does not fit') }],
    })
    const sync = createSync(family)
    expect(await repair(database, sync, dualWrite)).toMatchObject({ remaining: 1 })
    await unseen('company', `UPDATE company SET name = 'acme'`)
    expect(await repair(database, sync, dualWrite)).toMatchObject({ repaired: 1 })
    expect(await members()).toBe('ann blue acme, bob red globex')
  })
})

describe('FM-67 captured by the ORM', () => {
  let orm: MikroORM
  beforeEach(async () => {
    const dualWrite = await open({ capture: 'orm' })
    orm = new MikroORM({
      entities: [Person, Member],
      clientUrl: home.url,
      subscribers: [createFlushSubscriber(dualWrite)],
    })
  })
  afterEach(() => orm.close(true))

  test('a flushed row brings its parents along', async () => {
    const em = orm.em.fork()
    em.create(Person, { id: '7', name: 'ann', team: '1' })
    await em.flush()
    expect(await members()).toBe('ann blue acme')
  })

  test('on the way back too: parents that came past the ORM are adopted, and written before it', async () => {
    await home.lead('target-leads')
    await run(`${initech}; ${green}`)
    const em = orm.em.fork()
    em.create(Member, {
      id: '00000000-0000-0000-0000-00000000000c',
      name: 'dee',
      unit: '00000000-0000-0000-0000-00000000000b',
    })
    await em.flush()
    expect(await people()).toBe('dee green initech, old blue acme')
  })

  test('and the flush is refused by the name of a parent that legacy cannot hold', async () => {
    await home.lead('target-leads')
    await run(
      `INSERT INTO org (id, name, code) VALUES ('00000000-0000-0000-0000-00000000000a', 'initech', 'initech')`,
    )
    await run(green)
    const em = orm.em.fork()
    em.create(Member, {
      id: '00000000-0000-0000-0000-00000000000c',
      name: 'dee',
      unit: '00000000-0000-0000-0000-00000000000b',
    })
    const failure = refusalIn(await em.flush().catch((error: unknown) => error))
    expect(failure?.values['why']).toContain('Company 3 cannot be written: code does not fit')
    expect(await people()).toBe('old blue acme')
  })
})

test('FM-67 on the way back, a target row from before the target led is adopted for the sake of its child', async () => {
  await open()
  await run(`${initech}; ${green}`)
  await home.lead('target-leads')
  await run(`INSERT INTO member (name, unit) VALUES ('dee', '00000000-0000-0000-0000-00000000000b')`)
  expect(await people()).toBe('dee green initech, old blue acme')
})
