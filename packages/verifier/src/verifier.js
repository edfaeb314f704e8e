import { latestCertificate } from './certificate.js'
import { fix, previewFix } from './fix.js'
import { lastVerification } from './last-verification.js'
import { undo } from './undo.js'
import { verify } from './verify.js'
export function createVerifier({ database, sync, migration }) {
  return {
    verify: (mappings, options) => verify(database, migration, mappings, options),
    fix: (mappings, found, options) => fix({ database, sync, migration, mappings }, found, options),
    previewFix: (mappings, found, options) =>
      previewFix({ database, sync, migration, mappings }, found, options),
    undo: (mappings, id) => undo({ database, migration, mappings }, id),
    last: () => lastVerification(database, migration),
    certificate: () => latestCertificate(database, migration),
  }
}
//# sourceMappingURL=verifier.js.map
