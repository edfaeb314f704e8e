// Verifying
export { createVerifier } from './verifier.js'
export { findingText, keyText } from './finding.js'
export { heldCounts, wrongRows } from './judge.js'
// Showing it
export { renderTable } from './render/table.js'
export { renderVerbose } from './render/verbose.js'
export { renderJson } from './render/json.js'
export { renderJunit } from './render/junit.js'
export { renderGithubAnnotations, renderGithubSummary } from './render/github.js'
// What the installer needs
export { ledgerDdl } from './ledger.js'
export { errors as verifierErrors } from './errors.js'
//# sourceMappingURL=index.js.map
