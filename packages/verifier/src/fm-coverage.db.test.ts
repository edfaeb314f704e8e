import { createPoolDatabase } from '@changeover/database'
import { copy, defineMapping, sameKey, table } from '@changeover/mapping'
import { createSync } from '@changeover/sync'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createVerifier, type VerifyOptions } from './index.ts'
import { verdictOf } from './judge.ts'
import { openPair, type Pair } from './pair.fixture.ts'
import { agreeing, verificationOf } from './verification.fixture.ts'

const fields = {
  id: 'bigint not null',
  tenant: 'integer not null',
  name: 'text',
  deletedAt: 'timestamptz',
} as const
const mapping = defineMapping({
  name: 'Person',
  legacy: table('person_old', fields, { key: ['id'] }),
  target: table('person_new', fields, { key: ['id'] }),
  identity: sameKey('id'),
  rules: [copy('tenant', 'name', 'deletedAt')],
})
const columns = 'id bigint PRIMARY KEY, tenant integer NOT NULL, name text, deleted_at timestamptz'
const schema = `CREATE TABLE person_old (${columns}); CREATE TABLE person_new (${columns});
  INSERT INTO person_old SELECT n, n % 3, 'p' || n, CASE WHEN n % 4 = 0 THEN now() END FROM generate_series(1, 12) n`

let open: Pair
beforeEach(async () => {
  open = await openPair(mapping, schema)
  await open.fill()
})
afterEach(() => open.close())

/** Runs a verification as another user. */
async function verifyAs(role: string, options: VerifyOptions = {}) {
  const url = new URL(open.url)
  url.username = role
  url.password = 'secret'
  const database = createPoolDatabase({ url: url.href })
  try {
    const verifier = createVerifier({ database, sync: createSync([mapping]), migration: 'pair' })
    return await verifier.verify([mapping], { record: false, ...options })
  } finally {
    await database.close()
  }
}

const codes = (of: { reasons: readonly { code: string }[] }) => of.reasons.map(({ code }) => code)

/** A user of this database that ends with it. */
async function withRole(grants: string, work: (role: string) => Promise<void>): Promise<void> {
  const role = `reader_${Math.trunc(performance.now() * 1000)}_${process.pid}`
  await open.run(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'; ${grants.replaceAll('ROLE', role)}`)
  try {
    await work(role)
  } finally {
    await open.run(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
  }
}

describe('FM-39 filters hide nothing', () => {
  test('FM-39 rows that are deleted softly and rows of other tenants are counted and compared', async () => {
    expect(await open.verify()).toMatchObject({
      verdict: 'consistent',
      mappings: [{ total: 12, targetTotal: 12 }],
    })
    await open.run(
      'DELETE FROM person_new WHERE id = 4; UPDATE person_new SET deleted_at = NULL WHERE id = 8',
    )
    expect(await open.found()).toEqual([
      'Person 4: no target row',
      expect.stringContaining('Person 8 deletedAt: NULL instead of'),
    ])
  })

  test('FM-39 a row that has moved to another tenant is a finding of its own', async () => {
    await open.run('UPDATE person_new SET tenant = 2 WHERE id = 7')
    expect(await open.found()).toEqual([`Person 7 tenant: '2' instead of '1'`])
  })

  test('FM-39 mutation: with the filter of an application the same damage is not seen', async () => {
    await open.run('DELETE FROM person_new WHERE id = 4')
    const filtered = `SELECT count(*)::text FROM person_old o LEFT JOIN person_new n USING (id) WHERE o.deleted_at IS NULL AND n.id IS NULL`
    expect(await open.texts(filtered)).toEqual(['0'])
  })
})

describe('FM-40 nothing is OK that was not read', () => {
  test('FM-40 no rows at all', async () => {
    await open.run('TRUNCATE person_old, person_new')
    const verification = await open.verify()
    expect(verification).toMatchObject({ verdict: 'inconclusive', certificate: null })
    expect(codes(verification)).toEqual(['VERIFIER.ROWS_NONE'])
  })

  test('FM-40 a table that is not there, on either side', async () => {
    await open.run('DROP TABLE person_new')
    const verification = await open.verify()
    expect(verification).toMatchObject({ verdict: 'inconclusive', mappings: [{ coverage: { chunks: 0 } }] })
    expect(codes(verification)).toContain('SYNC.TABLE_MISSING')
  })

  test('FM-40 a key that no unique index proves: rows could be passed over', async () => {
    await open.run('ALTER TABLE person_old DROP CONSTRAINT person_old_pkey')
    const verification = await open.verify()
    expect(verification.verdict).toBe('inconclusive')
    expect(codes(verification)).toContain('VERIFIER.KEY_NOT_UNIQUE')
  })

  test('FM-40 a column of which the mapping knows nothing', async () => {
    await open.run('ALTER TABLE person_old ADD COLUMN salary numeric')
    const verification = await open.verify()
    expect(verification.verdict).toBe('inconclusive')
    expect(codes(verification)).toEqual(['SYNC.COLUMN_UNKNOWN'])
  })

  test('FM-40 a column that is gone', async () => {
    await open.run('ALTER TABLE person_new DROP COLUMN name')
    expect(await open.verify()).toMatchObject({ verdict: 'inconclusive' })
  })

  test('FM-40 no permission for a table, or for one column', async () => {
    await withRole('GRANT SELECT ON person_old TO ROLE', async (role) => {
      const verification = await verifyAs(role)
      expect(verification.verdict).toBe('inconclusive')
      expect(codes(verification)).toContain('VERIFIER.TABLE_UNREADABLE')
    })
    await withRole(
      'GRANT SELECT ON person_old TO ROLE; GRANT SELECT (id, tenant, name) ON person_new TO ROLE',
      async (role) => {
        const verification = await verifyAs(role)
        expect(verification.verdict).toBe('inconclusive')
        expect(verification.reasons[0]?.message).toContain('deleted_at')
      },
    )
    await withRole('GRANT SELECT ON person_old, person_new TO ROLE', async (role) => {
      expect((await verifyAs(role)).verdict).toBe('consistent')
    })
  })

  test('FM-40 row-level security that hides rows of both sides alike', async () => {
    await open.run(`CREATE POLICY own ON person_old USING (tenant = 1); CREATE POLICY own ON person_new USING (tenant = 1);
      ALTER TABLE person_old ENABLE ROW LEVEL SECURITY; ALTER TABLE person_new ENABLE ROW LEVEL SECURITY`)
    await withRole('GRANT SELECT ON person_old, person_new TO ROLE', async (role) => {
      const verification = await verifyAs(role)
      expect(verification).toMatchObject({
        verdict: 'inconclusive',
        mappings: [{ total: 4, missing: 0, mismatched: 0 }],
      })
      expect(codes(verification)).toEqual(['VERIFIER.ROWS_HIDDEN', 'VERIFIER.ROWS_HIDDEN'])
    })
  })

  test('FM-40 interrupted before the end', async () => {
    const stop = new AbortController()
    const verification = await open.verify({
      workers: 1,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    })
    expect(verification).toMatchObject({ verdict: 'inconclusive', certificate: null })
    expect(verification.reasons).toMatchObject([
      { code: 'VERIFIER.INTERRUPTED', fix: `Run: changeover verify --resume ${verification.id}` },
    ])
  })

  test('FM-40 a chunk that fails is named, and the others are still read', async () => {
    await open.run(`ALTER TABLE person_old RENAME TO person_real;
      CREATE VIEW person_old AS SELECT id, tenant, CASE WHEN id = 5 THEN (1 / (id - 5))::text ELSE name END AS name, deleted_at FROM person_real;
      DELETE FROM person_new WHERE id = 12`)
    const verification = await open.verify()
    expect(codes(verification)).toContain('VERIFIER.CHUNK_UNREAD')
    expect(verification).toMatchObject({
      verdict: 'findings',
      mappings: [{ total: 9, missing: 1, coverage: { chunksRead: 5 } }],
    })
    await open.fill().catch(() => {})
    await open.run(`INSERT INTO person_new SELECT * FROM person_real ON CONFLICT DO NOTHING`)
    expect((await open.verify()).verdict).toBe('inconclusive')
  })

  test('FM-40 a cap on the findings hides none in the counts', async () => {
    await open.run(`UPDATE person_new SET name = 'x'`)
    const verification = await open.verify({ maxFindings: 0 })
    expect(verification).toMatchObject({
      verdict: 'findings',
      findings: [],
      findingsOmitted: 12,
      mappings: [{ mismatched: 12 }],
    })
  })

  test('FM-40 a clean verification leaves a certificate with counts, coverage and fingerprint', async () => {
    const verification = await open.verify()
    const certificate = await open.verifier.certificate()
    expect(certificate).toMatchObject({
      id: verification.certificate,
      verification: verification.id,
      hashes: { Person: mapping.hash },
    })
    expect(certificate?.schemaFingerprint).toMatch(/^[0-9a-f]{16}/)
    expect(await open.verifier.last()).toEqual(verification)
    const changes = (of = mapping) => certificate && open.verifier.changesSince(certificate, [of])
    expect(await changes()).toEqual([])
    expect(await changes({ ...mapping, hash: 'another' })).toEqual(['the mapping Person'])
    await open.run('ALTER TABLE person_old ADD COLUMN salary numeric')
    expect(await changes()).toEqual(['the schema'])
    expect((await open.verify()).certificate).toBeNull()
  })

  test('FM-40 mutation: a verdict that forgets the reasons is consistent', () => {
    const { settings } = verificationOf([])
    const reasons = [{ code: 'X.Y', message: '', values: {}, fix: '' }]
    expect(verdictOf([agreeing('Person', 1)], [], settings)).toBe('consistent')
    expect(verdictOf([agreeing('Person', 1)], reasons, settings)).toBe('inconclusive')
    const half = { chunks: 2, chunksRead: 1, compared: [], dropped: [] }
    expect(verdictOf([agreeing('Person', 1, { coverage: half })], [], settings)).toBe('inconclusive')
    expect(
      verdictOf([agreeing('Person', 1, { coverage: { ...half, chunks: 0, chunksRead: 0 } })], [], settings),
    ).toBe('inconclusive')
    expect(verdictOf([], [], settings)).toBe('inconclusive')
    expect(verdictOf([agreeing('Person', 1, { missing: 1 })], reasons, settings)).toBe('findings')
  })
})
