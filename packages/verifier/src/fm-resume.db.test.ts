import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createVerifier, findingText, type Verification } from './index.ts'
import { type Fixture, mappings, openFixture } from './ticket.fixture.ts'

let open: Fixture
beforeEach(async () => {
  open = await openFixture()
  await open.run(`UPDATE item SET title = 'wrong' WHERE data ->> 'legacy_id' IN ('1', '20', '40');
    DELETE FROM item WHERE data ->> 'legacy_id' IN ('8', '39'); INSERT INTO item (title, data) VALUES ('stray', '{"legacy_id": "41"}');
    INSERT INTO item (id, title, data) VALUES ('ffffffff-ffff-ffff-ffff-ffffffffffff', 'last', '{}');
    INSERT INTO ticket (id, title, status) VALUES (9223372036854775807, 'past the end', 'done')`)
})
afterEach(() => open.close())

/** What must not depend on how often it was interrupted. */
function outcome({ id: _id, startedAt: _start, finishedAt: _end, findings, ...rest }: Verification) {
  return { ...rest, findings: findings.map(findingText) }
}

const lastId = async () => (await open.text('SELECT max(id)::text FROM changeover.verification')) ?? ''

/** Runs the child until it is dead. */
async function verifyAndDie(afterChunks: number, resume?: string): Promise<void> {
  const script = fileURLToPath(new URL('./verify-and-die.fixture.ts', import.meta.url))
  const args = [
    '--conditions=source',
    script,
    open.url,
    String(afterChunks),
    ...(resume === undefined ? [] : [resume]),
  ]
  const child = spawn(process.execPath, args, { stdio: 'inherit' })
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
}

describe('FM-36 a verification that is taken up again', () => {
  test('FM-36 stopped after any chunk, it comes to the same totals', async () => {
    const whole = await open.verify()
    const chunks = whole.mappings.reduce((all, { coverage }) => all + coverage.chunks, 0)
    expect(chunks).toBeGreaterThan(8)
    for (let after = 1; after < chunks; after++) {
      const stop = new AbortController()
      let done = 0
      const onProgress = () => void (++done === after && stop.abort())
      const part = await open.verify({ workers: 1, signal: stop.signal, onProgress })
      expect(part.reasons.map(({ code }) => code)).toEqual(['VERIFIER.INTERRUPTED'])
      const read: string[] = []
      const rest = await open.verify({
        resume: part.id ?? '',
        onProgress: ({ mapping, part: of }) => void read.push(mapping + of),
      })
      expect(outcome(rest)).toEqual(outcome(whole))
      expect(read).toHaveLength(chunks - after)
    }
  }, 60_000)

  test('FM-36 killed after a chunk, twice, it comes to the same totals', async () => {
    const whole = await open.verify()
    await verifyAndDie(3)
    const id = await lastId()
    await verifyAndDie(2, id)
    expect(outcome(await open.verify({ resume: id }))).toEqual(outcome(whole))
  }, 60_000)

  test('FM-36 broken in the middle of a chunk, and before its result is kept, nothing is counted twice', async () => {
    const whole = await open.verify()
    for (const statement of ['WITH pairs', 'WITH rows', 'UPDATE changeover.verification_chunk']) {
      let asked = 0
      const breaking = <Of extends { query: typeof open.database.query }>(of: Of): Of => ({
        ...of,
        query: async (text: string, params?: readonly unknown[]) => {
          if (text.startsWith(statement) && ++asked === 2) throw new Error('the process is gone')
          return of.query(text, params)
        },
      })
      const database = {
        ...breaking(open.database),
        transaction: (...[work, options]: Parameters<typeof open.database.transaction>) =>
          open.database.transaction((tx) => work(breaking(tx)), options),
      } as typeof open.database // the generic of transaction is passed through
      const verifier = createVerifier({ database, sync: open.sync, migration: 'tickets' })
      await expect(verifier.verify(mappings, { chunkRows: 7 })).rejects.toThrow('the process is gone')
      expect(outcome(await open.verify({ resume: await lastId() }))).toEqual(outcome(whole))
    }
  }, 60_000)

  test('FM-36 a result that is kept twice counts once', async () => {
    const { id } = await open.verify()
    const again = await open.verify({ resume: id ?? '' })
    expect(outcome(again)).toEqual(outcome(await open.verify()))
    expect(again.mappings[1]?.coverage.chunksRead).toBe(again.mappings[1]?.coverage.chunks)
  })

  test('FM-36 it is refused for another mapping, and for a number that nobody gave', async () => {
    const { id } = await open.verify()
    await expect(open.verifier.verify(mappings.slice(1), { resume: id ?? '' })).rejects.toMatchObject({
      code: 'VERIFIER.VERIFICATION_STALE',
    })
    await expect(open.verify({ resume: '999' })).rejects.toMatchObject({
      code: 'VERIFIER.VERIFICATION_UNKNOWN',
    })
    await open.run('DROP SCHEMA changeover CASCADE')
    await expect(open.verify()).rejects.toMatchObject({ code: 'VERIFIER.NOT_INSTALLED' })
    expect((await open.verify({ record: false })).verdict).toBe('findings')
  })

  test('FM-36 mutation: with results that are added instead of replaced, a chunk read twice counts twice', async () => {
    const { id } = await open.verify()
    await open.run(`ALTER TABLE changeover.verification_chunk DROP CONSTRAINT verification_chunk_pkey;
      INSERT INTO changeover.verification_chunk SELECT * FROM changeover.verification_chunk WHERE mapping = 'Board'`)
    expect((await open.verify({ resume: id ?? '' })).mappings[0]?.total).toBe(6)
  })
})
