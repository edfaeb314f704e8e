import type { Mapping } from '@changeover/mapping'
import { literal, sql } from '@changeover/mapping/sql'
import { cascaded } from './cascaded.ts'
import { bringFunctions } from './bring-function.ts'
import { captureFunction, captureTriggers } from './capture-function.ts'
import { type CapturedTable, capturedTables } from './captured-table.ts'
import { type DbFunction, type DbTrigger, objectName } from './db-object.ts'
import type { DualWrite } from './dual-write.ts'
import { flushFunctions } from './flush-function.ts'
import { truncateArguments } from './legacy-guard.ts'
import { requireFlushable } from './require-flushable.ts'
import type { ReferentialAction } from './referential-actions.ts'
import { adopting, rekeying } from './row-triggers.ts'
import { syncFunctions } from './sync-function.ts'

/** Everything that capture puts into the database, as data. */
export interface CompiledDualWrite {
  readonly functions: readonly DbFunction[]
  /** The triggers of each table, which are installed together or not at all. */
  readonly tables: readonly { readonly table: CapturedTable; readonly triggers: readonly DbTrigger[] }[]
}

/** Compiles dual write for mappings whose tables name their schema, and the foreign keys that write to some of these. */
export function compileDualWrite(
  dualWrite: DualWrite,
  actions: readonly ReferentialAction[],
): CompiledDualWrite {
  requireFlushable(dualWrite)
  const { migration, mappings } = dualWrite
  const functions: DbFunction[] = mappings.flatMap((mapping: Mapping) => [
    ...syncFunctions(migration, mapping, 'forward', mappings),
    ...syncFunctions(migration, mapping, 'backward', mappings),
    ...bringFunctions(migration, mapping, 'forward', mappings),
    ...bringFunctions(migration, mapping, 'backward', mappings),
  ])
  if (dualWrite.capture === 'orm')
    return {
      functions: [...functions, ...mappings.flatMap((mapping) => flushFunctions(dualWrite, mapping))],
      tables: [],
    }
  const tables = capturedTables(mappings).map((table) => {
    const capture = captureFunction(dualWrite, table, actions)
    const rekey = rekeying(dualWrite, table)
    const adopt = adopting(dualWrite, table)
    const cascades = cascaded(dualWrite, table, actions)
    functions.push(
      capture,
      ...[rekey, adopt, ...cascades].flatMap(({ made, triggers }) => (triggers.length === 0 ? [] : [made])),
    )
    const triggers = [
      ...captureTriggers(dualWrite, table, capture),
      ...rekey.triggers,
      ...adopt.triggers,
      ...cascades.flatMap(({ triggers: each }) => each),
      truncateGuard(dualWrite, table),
    ]
    return { table, triggers }
  })
  return { functions, tables }
}

/** TRUNCATE tells no trigger which rows there were. */
function truncateGuard(dualWrite: DualWrite, table: CapturedTable): DbTrigger {
  const { migration } = dualWrite
  return {
    name: objectName('changeover', migration, 'truncate'),
    table: table.sql,
    clause: (on) => sql`BEFORE TRUNCATE ON ${on} FOR EACH STATEMENT`,
    calls: sql`changeover.refuse_truncate(${literal(migration)}${truncateArguments(dualWrite, table)})`,
  }
}
