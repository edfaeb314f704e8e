import type { Transaction } from '@changeover/database'
import { type Mapping } from '@changeover/mapping'
import { type HeldValues, type Key, type Sync, type SyncResult } from '@changeover/sync'
import type { FixStep } from './fix-plan.ts'
import { type Side } from './images.ts'
import type { Authority } from './verification.ts'
/** What a fix needs to know in every step. */
export interface FixContext {
  readonly sync: Sync
  readonly mappings: readonly Mapping[]
  readonly authority: Authority
  readonly heldValues: HeldValues
}
/** A row as it was before and after; null where there was none. */
export interface Change {
  readonly mapping: Mapping
  readonly side: Side
  readonly rowKey: Key
  readonly before: {
    readonly row: string
    readonly links: string
  } | null
  readonly after: {
    readonly row: string
    readonly links: string
  } | null
}
export interface StepResult {
  readonly step: FixStep
  readonly changes: readonly Change[]
  readonly written: Omit<SyncResult, 'refused'>
  /** Target rows that were left because other rows depend on them. */
  readonly dependedOn: readonly Key[]
}
/** Runs one step in a transaction: locks, looks at the rows, writes through sync or discard, and looks again. */
export declare function runStep(tx: Transaction, context: FixContext, step: FixStep): Promise<StepResult>
//# sourceMappingURL=fix-step.d.ts.map
