import type { Verification } from '../verification.ts'
/** The whole verification as JSON. */
export declare function renderJson(verification: Verification): string
//# sourceMappingURL=json.d.ts.map
