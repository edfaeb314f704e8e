import type { DdlStatement } from '@changeover/database'
/** Tables in which verifications, fixes and certificates are kept. Safe to run again. */
export declare const ledgerDdl: readonly DdlStatement[]
//# sourceMappingURL=ledger.d.ts.map
