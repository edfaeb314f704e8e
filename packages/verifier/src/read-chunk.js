import { retrying } from '@changeover/database'
import { compareSql } from './compare-statement.js'
import { keyText } from './finding.js'
import { judgementOf, states } from './judgement.js'
import { orphanSql } from './orphan-statement.js'
import { selectionParameters, shapeOf } from './selection.js'
/** `indexed` tells whether target rows can be looked up by their identity, see {@link isIdentityIndexed}. */
export function createReader(mapping, indexed) {
  const judgement = judgementOf(mapping)
  const compiled = new Map()
  return {
    mapping,
    judgement,
    async read(database, part, selection, maxRows) {
      const shape = shapeOf(selection)
      const name = `${part} ${JSON.stringify(shape)}`
      const make = () =>
        part === 'rows' ? compareSql(mapping, judgement, shape, indexed) : orphanSql(mapping, shape)
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
async function ask(database, text, parameters) {
  const work = async (tx) => {
    await tx.query(settings)
    const { rows } = await tx.query(text, parameters)
    return JSON.parse(rows[0]?.result ?? 'null')
  }
  return retrying(database, work, database.inTransaction ? {} : { readOnly: true })
}
function rowsResult(mapping, judgement, result) {
  const raw = result // the statement builds exactly this
  const findings = (raw.findings ?? []).flatMap((row) => rowFindings(mapping, judgement, row))
  return { ...raw, part: 'rows', findings }
}
function rowFindings(mapping, judgement, row) {
  const targetKey = row.targetKey.some((each) => each === null) ? null : row.targetKey.map(String)
  const refusal = row.refusal === null ? undefined : judgement.refusals[row.refusal]
  const why = refusal ? `the rule ${refusal.rule} cannot map this row: it ${refusal.why}` : null
  const whole = { mapping: mapping.name, key: row.key, targetKey, legacyValue: null, targetValue: null }
  if (row.class === 'missing' || row.class === 'duplicate')
    return [{ ...whole, class: row.class, field: null, rule: refusal?.rule ?? null, why }]
  return judgement.slots.flatMap(({ field, rule }, index) => {
    const state = row.states[index]
    if (state === states.agrees) return []
    const values = { legacyValue: row.legacy[index] ?? null, targetValue: row.target[index] ?? null }
    const reason = state === states.refused && rule === refusal?.rule ? why : null
    return [
      { ...whole, ...values, class: state === states.held ? 'held' : 'mismatched', field, rule, why: reason },
    ]
  })
}
function orphansResult({ name: mapping }, result) {
  const raw = result // the statement builds exactly this
  const nothing = { field: null, rule: null, legacyValue: null, targetValue: null }
  const findings = (raw.findings ?? []).map(({ targetKey, identity, readable }) => {
    const key = readable ? identity.map(String) : null
    return { class: 'orphaned', mapping, key, targetKey, ...nothing, why: identityText(identity, readable) }
  })
  return { ...raw, part: 'orphans', findings }
}
function identityText(identity, readable) {
  if (identity.every((each) => each === null)) return 'it has no identity'
  const text = keyText(identity.map((each) => each ?? 'NULL'))
  return readable ? `its identity is ${text}` : `its identity ${text} is no legacy key`
}
//# sourceMappingURL=read-chunk.js.map
