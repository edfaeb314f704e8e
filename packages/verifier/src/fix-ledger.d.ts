import type { Transaction } from '@changeover/database'
import type { StepResult } from './fix-step.ts'
import type { Authority } from './verification.ts'
/** Keeps the images of a fix in the transaction that makes the changes. The fix gets its number with the first change. */
export interface FixLedger {
  keep(tx: Transaction, result: StepResult): Promise<StepResult>
  /** The transaction that kept something is committed. */
  settle(): void
  id(): string | null
}
export declare function createFixLedger(migration: string, authority: Authority): FixLedger
//# sourceMappingURL=fix-ledger.d.ts.map
