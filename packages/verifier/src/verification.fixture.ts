import type { MappingVerification, Verification } from './verification.ts'

/** The counts of a mapping in which everything agrees. */
export function agreeing(
  mapping: string,
  total: number,
  more: Partial<MappingVerification> = {},
): MappingVerification {
  return {
    mapping,
    hash: 'h',
    total,
    withTarget: total,
    missing: 0,
    mismatched: 0,
    held: 0,
    orphaned: 0,
    duplicate: 0,
    targetTotal: total,
    fields: {},
    heldFields: {},
    quarantined: null,
    unresolved: [],
    coverage: {
      chunks: 2,
      chunksRead: 2,
      compared: ['title'],
      dropped: [],
    },
    ...more,
  }
}

/** A verification with these mappings. */
export function verificationOf(
  mappings: readonly MappingVerification[],
  more: Partial<Verification> = {},
): Verification {
  return {
    id: '7',
    migration: 'work-items',
    verdict: 'consistent',
    reasons: [],
    mappings,
    findings: [],
    findingsOmitted: 0,
    settings: {
      chunkRows: 5e4,
      heldValues: 'overwrite',
      strict: false,
      authority: 'legacy',
    },
    startedAt: '2026-11-21T04:00:00.000Z',
    finishedAt: '2026-11-21T04:00:02.500Z',
    certificate: '3',
    ...more,
  }
}
