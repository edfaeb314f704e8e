import { isFailure } from '@changeover/errors'
import { retrying } from '@changeover/database'
import { createFixLedger } from './fix-ledger.js'
import { planFix } from './fix-plan.js'
import { runStep } from './fix-step.js'
import { isIdentityIndexed } from './identity-access.js'
import { createReader } from './read-chunk.js'
import { installed } from './records.js'
/** Mends findings, each batch of keys in one transaction, and keeps what was there before. Errors: VERIFIER.NOT_INSTALLED. */
export function fix(setting, found, options = {}) {
  const context = contextOf(setting, found, options)
  const ledger = createFixLedger(setting.migration, context.authority)
  const run = async (step) => {
    const result = await retrying(setting.database, async (tx) =>
      ledger.keep(tx, await runStep(tx, context, step)),
    )
    ledger.settle()
    return result
  }
  return installed(() => carryOut(setting.database, context, findingsOf(found), run, ledger))
}
/** What {@link fix} would do: it is done, and rolled back. Holds its locks until then. */
export async function previewFix(setting, found, options = {}) {
  const context = contextOf(setting, found, options)
  const previews = []
  const over = Symbol('the preview is over')
  try {
    await setting.database.transaction(async (tx) => {
      const run = (step) => savepoint(tx, () => runStep(tx, context, step))
      previews.push(await carryOut(within(tx), context, findingsOf(found), run))
      throw over
    })
  } catch (error) {
    if (error !== over) throw error
  }
  return previews[0] // pushed before the transaction was left
}
async function carryOut(database, context, findings, run, ledger) {
  const plan = planFix(context.mappings, findings, context)
  const outcome = { results: [], failed: new Map() }
  for (const step of plan.steps) await attempt(step, run, outcome)
  // What other rows depended on may be free now that those rows have been mended.
  const again = outcome.results.flatMap(({ step, dependedOn }) =>
    dependedOn.length > 0 ? [{ ...step, keys: dependedOn }] : [],
  )
  const first = outcome.results.length
  for (const step of again) await attempt(step, run, outcome)
  const needed = outcome.results.slice(first)
  return {
    id: ledger?.id() ?? null,
    authority: context.authority,
    written: summed(outcome.results),
    changedRows: outcome.results.reduce((all, { changes }) => all + changes.length, 0),
    left: [...plan.left, ...unfixed(findings, needed, outcome.failed)],
    remaining: await remaining(database, plan),
  }
}
/** Halves a batch that the database refuses until the row that it refuses is alone. */
async function attempt(step, run, outcome) {
  try {
    outcome.results.push(await run(step))
  } catch (error) {
    if (!isRowFailure(error)) throw error
    const [key] = step.keys
    if (step.keys.length === 1 && key) outcome.failed.set(nameOf(step.mapping.name, key), error.message)
    else for (const keys of halves(step.keys)) await attempt({ ...step, keys }, run, outcome)
  }
}
function isRowFailure(error) {
  return isFailure(error, 'DATABASE.CONSTRAINT_VIOLATED') || isFailure(error, 'DATABASE.VALUE_INVALID')
}
function unfixed(findings, results, failed) {
  const needed = new Set(
    results.flatMap(({ step, dependedOn }) => dependedOn.map((key) => nameOf(step.mapping.name, key))),
  )
  return findings.flatMap((finding) => {
    const names = [finding.key, finding.targetKey].flatMap((key) =>
      key ? [nameOf(finding.mapping, key)] : [],
    )
    const stray = finding.class === 'orphaned' || finding.class === 'duplicate'
    const why = names.map((name) => failed.get(name)).find((each) => each !== undefined)
    if (why !== undefined) return [{ finding, why }]
    return stray && names.some((name) => needed.has(name))
      ? [{ finding, why: 'other rows depend on this one' }]
      : []
  })
}
async function remaining(database, { steps }) {
  const found = []
  for (const { mapping, part, keys } of steps) {
    const result = await createReader(mapping, await isIdentityIndexed(database, mapping)).read(
      database,
      part === 'keys' ? 'rows' : 'orphans',
      { by: 'keys', keys },
      keys.length,
    )
    found.push(...result.findings)
  }
  return found
}
function contextOf({ sync, mappings }, found, options) {
  const settings = 'settings' in found ? found.settings : undefined
  return {
    sync,
    mappings,
    authority: options.authority ?? settings?.authority ?? 'legacy',
    heldValues: options.heldValues ?? settings?.heldValues ?? 'keep',
  }
}
function findingsOf(found) {
  return 'settings' in found ? found.findings : found
}
function summed(results) {
  const sum = (of) => results.reduce((all, { written }) => all + written[of], 0)
  return {
    inserted: sum('inserted'),
    updated: sum('updated'),
    deleted: sum('deleted'),
    linked: sum('linked'),
    unlinked: sum('unlinked'),
  }
}
function nameOf(mapping, key) {
  return JSON.stringify([mapping, ...key])
}
function halves(keys) {
  const middle = Math.ceil(keys.length / 2)
  return [keys.slice(0, middle), keys.slice(middle)]
}
async function savepoint(tx, work) {
  await tx.query('SAVEPOINT step')
  try {
    return await work()
  } catch (error) {
    await tx.query('ROLLBACK TO step')
    throw error
  }
}
function within(tx) {
  return {
    inTransaction: true,
    query: (text, params) => tx.query(text, params),
    transaction: (work) => work(tx),
  }
}
//# sourceMappingURL=fix.js.map
