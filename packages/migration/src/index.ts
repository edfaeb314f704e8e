/** What a migration is, what it would do, and the steps that put it in place. */
export { defineMigration, type Migration, type MigrationDefinition } from './define-migration.ts'
export { type Config, type DatabaseConfig, defineConfig, type StartedDatabase } from './define-config.ts'

// A system to try it on
export type { LegacyPlace, LegacyWriter, SampleSystem } from './sample-system.ts'
export { asLegacy } from './as-legacy.ts'
export {
  forgetTraffic,
  startTraffic,
  type Traffic,
  type TrafficCount,
  type TrafficOptions,
} from './traffic.ts'

// Look
export { inspect, type MappingState, type MigrationState } from './inspect.ts'
export { type Collision, type MappingLoss, measureLoss, type RuleLoss } from './measure-loss.ts'
export { audit, type Audit, type AuditOptions } from './audit/audit.ts'
export { type AuditCheck, type AuditedValue, type AuditFinding } from './audit/audit-finding.ts'
export { type TableRows } from './audit/table-rows.ts'
export { phaseOf } from './phase-of.ts'
export { isOpen, type StepCondition, type StepState, stepStates } from './step-state.ts'
export { type RecordedStep, recordedSteps } from './step-ledger.ts'

// Check what must hold: data, each finding with its remedy
export { type Check, type CheckOutcome, type CheckResult, type Found, runChecks } from './checks/check.ts'
export { doctor } from './doctor/doctor.ts'
export { type NodeTime } from './doctor/clock-checks.ts'
export { preflightChecks, type PreflightOptions } from './preflight/preflight-checks.ts'
export { type Profile, profiles } from './preflight/profile.ts'
export { nodeOffsetMinutes } from './doctor/node-offset.ts'

// Follow what other processes do
export { type Activity, createActivityWatch, type SeenMapping } from './operate/activity-watch.ts'

// Decide: data, without effects
export { plan, type Plan, type PlannedMapping, type PlannedStep, problemsOf } from './plan.ts'
export { type UnmatchedIndex, unmatchedIndexes } from './unmatched-indexes.ts'
export { nextCommand, type NextCommand } from './next-command.ts'
export { type StepEngine } from './engine-steps.ts'
export { type Step, stepsOf } from './steps.ts'

// Do
export { install, type InstalledStep, type InstallOptions } from './install.ts'
export { uninstall, type Uninstalled } from './uninstall.ts'

// Keep a copy, and prove that it can be restored
export { backup, type BackupOptions } from './backup/backup.ts'
export { type Manifest, type TableBackup } from './backup/manifest.ts'
export { type Programs } from './backup/pg-dump.ts'
export { restore, type Restored, type RestoreOptions } from './backup/restore.ts'

// The phase
export { changePhase, type ChangePhaseOptions, type PhaseChange, planPhase } from './change-phase.ts'
export { captureDrift } from './capture-drift.ts'
export { observe, type ObserveOptions } from './observe.ts'
export { observeHealth } from './observe-health.ts'
export { catchUp, type CatchUpOptions, type CaughtUp } from './catch-up.ts'
export {
  type LostRow,
  type MappingRehearsal,
  rehearse,
  type RehearseOptions,
  type Rehearsal,
} from './rehearse.ts'
export { type RecordedRehearsal, recordedRehearsal, rehearseAndRecord } from './rehearsal-ledger.ts'
export { proveReverse, type ReverseProof } from './prove-reverse.ts'

// What an operator does, by whatever way they ask
export { type Operating } from './operate/operating.ts'
export { type Leading, leadingOf, requireLegacyLeads, whileLeading } from './operate/leading.ts'
export { type Status, statusOf } from './operate/status.ts'
export { type PhaseView, viewPhase } from './operate/phase-view.ts'
export { type PhaseMove } from './operate/phase-target.ts'
export { type MovePlan, type MoveSettings, planMove } from './operate/plan-move.ts'
export { movePhase, type MoveRequest, setPhase } from './operate/move-phase.ts'
export {
  type BackfillSettings,
  type MigrationBackfill,
  requireFillable,
  runBackfill,
} from './operate/run-backfill.ts'
export {
  type MigrationVerification,
  runVerification,
  type VerificationSettings,
} from './operate/run-verification.ts'
export { type Operation, recordOperation } from './operate/operation-ledger.ts'
export { type AuditEntry, type AuditPage, readAudit } from './operate/audit-trail.ts'
export { rehearseWhenDue } from './operate/rehearse-when-due.ts'
export { verifierOf } from './verifier-of.ts'

// The end of legacy
export { contract, type ContractOptions, type Contracted } from './contract/contract.ts'
export { type ArchivedTable, archivedTables, placeOf } from './contract/archived-tables.ts'
export { dropLegacy, restoreLegacy } from './contract/after-contract.ts'
export { requireLegacy } from './contract/require-legacy.ts'
export { recordRestoredBackup, type RestoredBackup } from './contract/restored-backup.ts'

export { errors } from './errors.ts'
