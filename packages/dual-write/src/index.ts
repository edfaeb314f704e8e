// What is captured, and what happens to rows that the other side cannot take
export type { CaptureBy, DualWrite, Policy } from './dual-write.ts'
export { refusalIn } from './refusal.ts'

// Capture by triggers
export { installDualWrite, uninstallDualWrite } from './install.ts'
export { dualWriteDrift } from './drift.ts'
export { selfTest } from './self-test.ts'
export { ledgerDdl } from './ledger-ddl.ts'
export { keyNotGivenState, legacyReadOnlyState, rowRefusedState, truncateRefusedState } from './sql-state.ts'

// What best-effort owes
export { type OwedState, owedState, repair, type RepairOptions, type RepairReport } from './outbox.ts'

// Writes that nobody captured
export { type Bypass, type BypassOptions, type BypassReport, detectBypass } from './bypass.ts'

export { errors } from './errors.ts'
