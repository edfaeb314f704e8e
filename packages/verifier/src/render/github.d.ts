import type { Verification } from '../verification.ts'
/**
 * Annotations for GitHub Actions, one command in a line: an error for each of the first findings, a warning for what could
 * not be read, and a last error that says how many there are.
 */
export declare function renderGithubAnnotations(verification: Verification): string
/** The step summary in Markdown: the counts as a table, the verdict, the first findings. */
export declare function renderGithubSummary(verification: Verification, targetModel: string): string
//# sourceMappingURL=github.d.ts.map
