import { type Database } from '@changeover/database'
import type { Mapping } from '@changeover/mapping'
import type { Key } from '@changeover/sync'
export interface UndoReport {
  readonly fix: string
  readonly restored: number
  /** Rows that were left as they are, each with the reason. */
  readonly left: readonly {
    readonly mapping: string
    readonly rowKey: Key
    readonly why: string
  }[]
}
export interface UndoSetting {
  readonly database: Database
  readonly migration: string
  readonly mappings: readonly Mapping[]
}
/**
 * Brings back what a fix has changed, last change first, each row in a transaction of its own and only where it still is what
 * the fix left. Can be run again for the rows that were left.
 *
 * Errors: VERIFIER.FIX_UNKNOWN, NOT_INSTALLED.
 */
export declare function undo(setting: UndoSetting, fix: string): Promise<UndoReport>
//# sourceMappingURL=undo.d.ts.map
