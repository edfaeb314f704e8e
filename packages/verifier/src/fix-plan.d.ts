import { type Mapping } from '@changeover/mapping'
import type { HeldValues, Key } from '@changeover/sync'
import type { Finding } from './finding.ts'
import type { Authority } from './verification.ts'
/** One transaction of a fix. keys: legacy keys to sync. strays: target keys to discard, or to adopt where the target leads. */
export interface FixStep {
  readonly mapping: Mapping
  readonly part: 'keys' | 'strays'
  readonly keys: readonly Key[]
}
export interface FixPlan {
  readonly steps: readonly FixStep[]
  /** Findings that no fix can decide, each with the reason. */
  readonly left: readonly {
    readonly finding: Finding
    readonly why: string
  }[]
}
export interface FixPlanOptions {
  readonly authority: Authority
  readonly heldValues: HeldValues
}
/**
 * Turns findings into transactions: strays first, children before parents, so that references find the rows that stay; then
 * the rows to be written, parents before children.
 */
export declare function planFix(
  mappings: readonly Mapping[],
  findings: readonly Finding[],
  options: FixPlanOptions,
): FixPlan
//# sourceMappingURL=fix-plan.d.ts.map
