import { type Mapping } from '@changeover/mapping'
import { type Sql } from '@changeover/mapping/sql'
/** How one slot of one pair of rows stands, in the order of gravity. */
export declare const states: {
  readonly agrees: 0
  readonly differs: 1
  readonly held: 2
  readonly refused: 3
}
/** Something that is compared, of a pair of rows under the aliases `l` and `t`. */
export interface Judged {
  readonly field: string
  readonly rule: string
  /** One of {@link states}. */
  readonly state: Sql
  readonly legacyValue: Sql
  readonly targetValue: Sql
}
/** A mapping as the verifier sees it. */
export interface Judgement {
  /** TRUE where a pair of rows needs a closer look; never NULL, and never an error whatever the rows hold. */
  readonly suspect: Sql
  readonly slots: readonly Judged[]
  /** Reasons to refuse the legacy row, in the order of their numbers. */
  readonly refusals: readonly {
    readonly rule: string
    readonly why: string
    readonly field: string
  }[]
  /** The number of the first reason to refuse the legacy row, or NULL. */
  readonly refusal: Sql
}
/**
 * Compiles the comparison of a pair of rows. A row that a rule refuses never agrees, whatever the target says: the value
 * that the mapping would make of it is no statement about the target. The value is not computed then, since it might fail.
 */
export declare function judgementOf(mapping: Mapping): Judgement
//# sourceMappingURL=judgement.d.ts.map
