import { createPoolDatabase } from '@changeover/database'
import { fieldNamed, tableSql } from '@changeover/mapping'
import { ident } from '@changeover/mapping/sql'
import { createShadowReads } from '@changeover/proxies'
import { recordShadowReads } from '@changeover/rollout'
import { createShadow } from '@changeover/shadow'
import type { Session } from '../session.ts'

/** In all; a fifth of them ask the tables twice, and the gate wants a hundred that do not. */
const probes = 200
const atOnce = 10

/**
 * Asks the tables and their views the same, as an application would that samples its reads: pages by key, and single rows; a fifth of
 * the time the tables are asked twice. Says what it found.
 */
export async function shadowReads({ migration, database, talk }: Session, url: string): Promise<void> {
  const own = createPoolDatabase({ url, maxConnections: 2 })
  const shadow = createShadow({
    sampleRate: 1,
    noiseRate: 0.2,
    random: Math.random,
    deadlineMs: 10_000,
    maxConcurrent: 1_000,
    record: recordShadowReads(database, migration.name),
  })
  const reads = createShadowReads({ database: own, shadow, statementTimeoutMs: 10_000 })
  try {
    const rounds = Math.ceil(probes / migration.mappings.length)
    for (const { name, legacy, rules } of migration.mappings) {
      const table = tableSql({ ...legacy, schema: undefined }).text
      const dropped = new Set(rules.flatMap(({ shape }) => shape.drops ?? []))
      const columns = Object.values(legacy.fields)
        .filter((field) => !dropped.has(field.name))
        .map(({ column }) => ident(column).text)
        .join(', ')
      const key = legacy.key.map((field) => ident(fieldNamed(legacy, field).column).text).join(', ')
      for (let page = 0; page < rounds; page++) {
        reads.query(
          `${name}: pages`,
          `select ${columns} from ${table} order by ${key} limit 5 offset ${page * 2}`,
        )
        // On a busy machine those at the end of a long queue would be given up before they begin.
        if (page % atOnce === atOnce - 1) await shadow.settled()
      }
    }
    await shadow.settled()
  } finally {
    await own.close()
  }
  const { same, different, ...rest } = shadow.counts().verdicts
  const others = Object.values(rest).reduce((sum, each) => sum + each, 0)
  talk.say(`Shadow reads: ${same} the same, ${different} different, ${others} without an answer.`)
}
