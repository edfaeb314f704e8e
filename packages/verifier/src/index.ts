// Verifying
export { createVerifier, type Verifier, type VerifierOptions } from './verifier.ts'
export type { VerifyOptions } from './verify.ts'
export type { Progress } from './run.ts'

// The outcome, as data
export type {
  Authority,
  Coverage,
  MappingCounts,
  MappingVerification,
  Settings,
  Verdict,
  Verification,
} from './verification.ts'
export { type Finding, type FindingClass, findingText, keyText } from './finding.ts'
export { heldCounts, wrongRows } from './judge.ts'
export { type Unresolved, unresolvedIn, unresolvedText } from './unresolved.ts'
export type { PastVerification } from './past-verifications.ts'
export type { FindingPage, PageOptions } from './page-of-findings.ts'
export type { Certificate } from './certificate.ts'

// Mending it
export type { FixOptions, FixReport } from './fix.ts'
export type { UndoReport } from './undo.ts'

// Showing it
export { type Flag, renderTable, type TableOptions } from './render/table.ts'
export { renderVerbose } from './render/verbose.ts'
export { renderJson } from './render/json.ts'
export { renderJunit } from './render/junit.ts'
export { renderNdjson } from './render/ndjson.ts'
export { renderSarif } from './render/sarif.ts'
export { renderGithubAnnotations, renderGithubSummary } from './render/github.ts'

// What the installer needs
export { ledgerDdl } from './ledger.ts'

export { errors as verifierErrors } from './errors.ts'
