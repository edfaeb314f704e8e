// The one writer
export { createSync, type KeyRange, type Sync, type SyncOptions } from './sync.ts'
export type { RefusedRow, SyncResult } from './sync-result.ts'
export type { Brought } from './bring-along.ts'
export type { HeldValues } from './write.ts'
export type { Key } from './key.ts'

// Keys and rows that only one side knows
export { adopt, adoptSql, canAdopt } from './adopt.ts'
export { discard } from './discard.ts'

// Who writes, for the triggers of the tables that are written
export { asEngine, engineName, writerName } from './writer.ts'

// What the installer needs
export { identityIndexName, identityIndexSql } from './identity-index.ts'

// For engines that read both sides in statements of their own
export { type Dependent, dependentKeysSql, dependentsOf } from './dependents.ts'
export { missingAncestorsSql, missingParentsSql, type Need, needOf, type Parent } from './parents.ts'
export { forgetSql, type Keeper, keepersOf } from './kept-keys.ts'
export { keyNames, keyParameters, keysSql, keyType, parameter } from './key.ts'
export { lockKeysSql, lockReplicaSql, mostKeys, rangeConditions } from './lock.ts'
export { legacySide, type Side, sidesOf, targetSide } from './side.ts'
export { newKey, refusalsOf, type WritePart, type WriteShape, writeSql } from './write.ts'
export { type ColumnValue, columnValues, identityValues, unlessKept, type Written } from './assemble.ts'

// Whether the tables still are what the mapping says
export { schemaDrift, schemaFingerprint } from './schema-drift.ts'

export { errors as syncErrors } from './errors.ts'
