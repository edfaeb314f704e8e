import { createTestDatabase, type TestDatabase } from '@changeover/embedded-postgres/testing'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kinds } from '../kinds/index.ts'
import type { Holding, Loss, Row, RuleKind, SqlRow } from '../rule.ts'
import { sql } from '../sql.ts'
import { lawsOf } from './index.ts'

/** Mistakes that can be made in any kind; undefined where the kind has nothing to be mistaken in. */
const mistakes: Readonly<Record<string, (kind: RuleKind) => Partial<RuleKind> | undefined>> = {
  'SQL forgets a target value': (kind) =>
    writes(kind) ? { forwardSql: (...given) => withoutFirstSql(kind.forwardSql(...given)) } : undefined,
  'a row function forgets a target value': (kind) =>
    writes(kind) ? { forward: (...given) => withoutFirst(kind.forward(...given)) } : undefined,
  'SQL forgets a legacy value': (kind) =>
    restores(kind) ? { backwardSql: (...given) => withoutFirstSql(kind.backwardSql(...given)) } : undefined,
  'a row function forgets a legacy value': (kind) =>
    restores(kind) ? { backward: (...given) => withoutFirst(kind.backward(...given)) } : undefined,
  'both forget a legacy value': (kind) =>
    restores(kind)
      ? {
          backwardSql: (...given) => withoutFirstSql(kind.backwardSql(...given)),
          backward: (...given) => withoutFirst(kind.backward(...given)),
        }
      : undefined,
  'SQL accepts everything': ({ accepts }) => accepts && { accepts: { ...accepts, sql: () => sql`TRUE` } },
  'a row function accepts everything': ({ accepts }) =>
    accepts && { accepts: { ...accepts, row: () => true } },
  'SQL accepts everything on the way back': ({ acceptsBack }) =>
    acceptsBack && { acceptsBack: { ...acceptsBack, sql: () => sql`TRUE` } },
  'a row function accepts everything on the way back': ({ acceptsBack }) =>
    acceptsBack && { acceptsBack: { ...acceptsBack, row: () => true } },
  'nothing is said to be lost of the target': (kind) => understated(kind, 'backward'),
  'nothing is said to be lost of the legacy row': (kind) =>
    restores(kind) ? understated(kind, 'forward') : undefined,
}

describe('a mistake in a rule kind', () => {
  let database: TestDatabase
  let client: pg.PoolClient
  beforeAll(async () => {
    database = await createTestDatabase()
    client = await database.pool().connect()
  })
  afterAll(async () => {
    client.release()
    await database.drop()
  })

  for (const kind of kinds)
    for (const [name, mistake] of Object.entries(mistakes)) {
      const mistaken = mistake(kind)
      if (mistaken) it(`is caught in ${kind.kind}: ${name}`, () => isCaught({ ...kind, ...mistaken }))
    }

  /** One broken law is enough. */
  async function isCaught(kind: RuleKind): Promise<void> {
    for (const law of lawsOf(kind, { rows: 10 })) {
      try {
        await law.run((text, params) => client.query(text, params))
      } catch (error) {
        expect(error).toMatchObject({ code: 'MAPPING.LAW_BROKEN' })
        return
      }
    }
    expect.unreachable(`no law of ${kind.kind} is broken`)
  }
})

function shapes(kind: RuleKind) {
  return kind.examples.flatMap((example) =>
    example.rules.filter((each) => each.kind === kind.kind).map((each) => kind.shape(each.params, example)),
  )
}

function writes(kind: RuleKind): boolean {
  return shapes(kind).some((shape) => Object.keys(shape.writes).length > 0)
}

function restores(kind: RuleKind): boolean {
  return shapes(kind).some((shape) => shape.restores.length > 0)
}

function withoutFirst(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value], index) => [name, index === 0 ? null : value]),
  )
}

function withoutFirstSql(row: SqlRow): SqlRow {
  const lost = (index: number) => index === 0
  return Object.fromEntries(
    Object.entries(row).map(([name, value], index) => [
      name,
      lost(index) ? sql`NULLIF(${value}, ${value})` : value,
    ]),
  )
}

/** The kind with `all` in the place of `part`, where one of its examples has it. */
function understated(kind: RuleKind, way: keyof Loss): Partial<RuleKind> | undefined {
  const losses = kind.examples.flatMap((example) =>
    example.rules.filter((each) => each.kind === kind.kind).map((each) => kind.loss(each.params, example)),
  )
  if (!losses.some((loss) => loss[way].holds === 'part')) return undefined
  const all: Holding = { holds: 'all' }
  return { loss: (params, tables) => ({ ...kind.loss(params, tables), [way]: all }) }
}
