import type { Verification } from '../verification.ts'
/** An environment flag and its value when the verification ran. */
export interface Flag {
  readonly name: string
  readonly value: boolean
}
export interface TableOptions {
  /** What the target rows are called: `WorkItem`. */
  readonly targetModel: string
  readonly flags?: readonly Flag[]
  /** Leaves the numbered checks out. */
  readonly summaryOnly?: boolean
}
/** The report for people: flags, one check for each mapping, the orphans, the summary table, and the verdict as last line. */
export declare function renderTable(verification: Verification, options: TableOptions): string
//# sourceMappingURL=table.d.ts.map
