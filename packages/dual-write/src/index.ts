// What is captured, and what happens to rows that the other side cannot take
export type { DualWrite, Policy } from './dual-write.ts'

// Capture by triggers
export { installDualWrite, uninstallDualWrite } from './install.ts'
export { dualWriteDrift } from './drift.ts'
export { ledgerDdl } from './ledger-ddl.ts'
export { rowRefusedState, truncateRefusedState } from './sql-state.ts'

export { errors } from './errors.ts'
