import { type Database, retrying } from '@changeover/database'
import type { Mapping } from '@changeover/mapping'
import type { Key } from '@changeover/sync'
import type { Access } from './access.ts'
import type { Part } from './chunks.ts'
import { compareSql } from './compare-statement.ts'
import { type Finding, type FindingClass, keyText } from './finding.ts'
import { listDifferences } from './list-differences.ts'
import { type Judgement, judgementOf, states } from './judgement.ts'
import { orphanSql } from './orphan-statement.ts'
import { type Selection, selectionParameters, shapeOf } from './selection.ts'

/** What one statement found: exact counts, and the first findings. */
export interface RowsResult {
  readonly part: 'rows'
  readonly rows: number
  readonly missing: number
  readonly mismatched: number
  readonly held: number
  readonly duplicate: number
  /** Rows that are wrong, and rows that are held, by the number of the slot. */
  readonly wrong: readonly number[]
  readonly heldSlots: readonly number[]
  readonly findings: readonly Finding[]
}

export interface OrphansResult {
  readonly part: 'orphans'
  readonly rows: number
  readonly orphaned: number
  readonly findings: readonly Finding[]
}

export type ChunkResult = RowsResult | OrphansResult

/** Reads selections of one mapping. The statements are compiled once for each shape of selection. */
export interface Reader {
  readonly mapping: Mapping
  readonly judgement: Judgement
  read(database: Database, part: Part, selection: Selection, maxRows: number): Promise<ChunkResult>
}

export function createReader(mapping: Mapping, access: Access): Reader {
  const judgement = judgementOf(mapping)
  const compiled = new Map<string, string>()
  return {
    mapping,
    judgement,
    async read(database, part, selection, maxRows) {
      const shape = shapeOf(selection)
      const name = `${part} ${JSON.stringify(shape)}`
      const make = () =>
        part === 'rows' ? compareSql(mapping, judgement, shape, access) : orphanSql(mapping, shape, access)
      const text = compiled.get(name) ?? make().text
      compiled.set(name, text)
      const table = part === 'rows' ? mapping.legacy : mapping.target
      const result = await ask(database, text, [...selectionParameters(table, selection), maxRows])
      return part === 'rows' ? rowsResult(mapping, judgement, result) : orphansResult(mapping, result)
    },
  }
}

/** Compiling the large expressions would cost more than it saves, and the chunks themselves run side by side. */
const settings = `SELECT set_config('jit', 'off', true), set_config('max_parallel_workers_per_gather', '0', true),
  set_config('work_mem', greatest(pg_size_bytes(current_setting('work_mem')), pg_size_bytes('64MB')) / 1024 || 'kB', true)`

async function ask(database: Database, text: string, parameters: readonly unknown[]): Promise<unknown> {
  const work = async (tx: Pick<Database, 'query'>) => {
    await tx.query(settings)
    const { rows } = await tx.query<{ result: string }>(text, parameters)
    return JSON.parse(rows[0]?.result ?? 'null') as unknown
  }
  return retrying(database, work, database.inTransaction ? {} : { readOnly: true })
}

interface RawRows extends Omit<RowsResult, 'findings' | 'part'> {
  readonly findings: readonly RawRow[] | null
}

interface RawRow {
  readonly class: FindingClass
  readonly key: Key
  readonly targetKey: readonly (string | null)[]
  readonly refusal: number | null
  readonly states: readonly number[]
  readonly legacy: readonly (string | null)[]
  readonly target: readonly (string | null)[]
}

function rowsResult(mapping: Mapping, judgement: Judgement, result: unknown): RowsResult {
  const raw = result as RawRows // the statement builds exactly this
  const findings = (raw.findings ?? []).flatMap((row) => rowFindings(mapping, judgement, row))
  return { ...raw, part: 'rows', findings }
}

function rowFindings(mapping: Mapping, judgement: Judgement, row: RawRow): readonly Finding[] {
  const targetKey = row.targetKey.some((each) => each === null) ? null : row.targetKey.map(String)
  const refusal = row.refusal === null ? undefined : judgement.refusals[row.refusal]
  const why = refusal ? `the rule ${refusal.rule} cannot map this row: it ${refusal.why}` : null
  const whole = { mapping: mapping.name, key: row.key, targetKey, legacyValue: null, targetValue: null }
  if (row.class === 'missing' || row.class === 'duplicate')
    return [{ ...whole, class: row.class, field: null, rule: refusal?.rule ?? null, why }]
  return judgement.slots.flatMap(({ field, rule, list }, index) => {
    const state = row.states[index]
    if (state === states.agrees) return []
    const values = { legacyValue: row.legacy[index] ?? null, targetValue: row.target[index] ?? null }
    const reason = state === states.refused && rule === refusal?.rule ? why : null
    const places =
      list && values.legacyValue !== null
        ? listDifferences(field, list, values.legacyValue)
        : [{ field, ...values }]
    return places.map((place): Finding => {
      return { ...whole, ...place, class: state === states.held ? 'held' : 'mismatched', rule, why: reason }
    })
  })
}

interface RawOrphan {
  readonly targetKey: Key
  readonly identity: readonly (string | null)[]
  /** Whether the identity is a legacy key, though of no row. */
  readonly readable: boolean
}

interface RawOrphans extends Omit<OrphansResult, 'findings' | 'part'> {
  readonly findings: readonly RawOrphan[] | null
}

function orphansResult({ name: mapping }: Mapping, result: unknown): OrphansResult {
  const raw = result as RawOrphans // the statement builds exactly this
  const nothing = { field: null, rule: null, legacyValue: null, targetValue: null }
  const findings = (raw.findings ?? []).map(({ targetKey, identity, readable }): Finding => {
    const key = readable ? identity.map(String) : null
    return { class: 'orphaned', mapping, key, targetKey, ...nothing, why: identityText(identity, readable) }
  })
  return { ...raw, part: 'orphans', findings }
}

function identityText(identity: readonly (string | null)[], readable: boolean): string {
  if (identity.every((each) => each === null)) return 'it has no identity'
  const text = keyText(identity.map((each) => each ?? 'NULL'))
  return readable ? `its identity is ${text}` : `its identity ${text} is no legacy key`
}
