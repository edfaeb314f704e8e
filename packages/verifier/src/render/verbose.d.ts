import type { Verification } from '../verification.ts'
/** One line for each finding that was kept, and one for those that were not. */
export declare function renderVerbose({ findings, findingsOmitted }: Verification): string
//# sourceMappingURL=verbose.d.ts.map
