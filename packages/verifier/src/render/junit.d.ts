import type { Verification } from '../verification.ts'
/**
 * The verification as JUnit XML: a suite for each mapping, a case for each check, so that a build server shows what is wrong.
 * Whatever could not be read is an error of a suite of its own, never a pass.
 */
export declare function renderJunit(verification: Verification): string
//# sourceMappingURL=junit.d.ts.map
