import type { Problem } from '@changeover/errors'
import type { HeldValues } from '@changeover/sync'
import type { Finding } from './finding.ts'
import type { Unresolved } from './unresolved.ts'

/**
 * consistent: everything was read and agrees. findings: something is wrong. inconclusive: nothing wrong was found, but not
 * everything could be read; `reasons` says what.
 */
export type Verdict = 'consistent' | 'findings' | 'inconclusive'

/** Which side is right where they disagree. It decides the direction of a fix, never what is compared. */
export type Authority = 'legacy' | 'target'

export interface Settings {
  readonly chunkRows: number
  /** `overwrite`: the target has never led, so a value that only it can hold is a finding. `keep`: it is counted apart. */
  readonly heldValues: HeldValues
  /** Held values are findings whatever `heldValues` says. */
  readonly strict: boolean
  readonly authority: Authority
}

/** What was read of one mapping. A chunk is a key range of one side, read by one statement. */
export interface Coverage {
  readonly chunks: number
  readonly chunksRead: number
  /** Slots and sets of links that were compared, in the order of the rules. */
  readonly compared: readonly string[]
  /** Legacy columns given up by name. */
  readonly dropped: readonly { readonly field: string; readonly reason: string }[]
}

/** Exact counts of rows. `mismatched` and `held` count each row once; `fields` counts it under each field that is wrong. */
export interface MappingCounts {
  readonly total: number
  readonly withTarget: number
  readonly missing: number
  readonly mismatched: number
  readonly held: number
  readonly orphaned: number
  readonly duplicate: number
  /** Target rows in the mapping's scope. */
  readonly targetTotal: number
  readonly fields: Readonly<Record<string, number>>
  readonly heldFields: Readonly<Record<string, number>>
}

export interface MappingVerification extends MappingCounts {
  readonly mapping: string
  readonly hash: string
  /** Rows that the backfill could not map and set aside; null where there is no such ledger. */
  readonly quarantined: number | null
  /** Values that rules keep aside, and that nobody has decided on yet. They are no reason against a clean verdict. */
  readonly unresolved: readonly Unresolved[]
  readonly coverage: Coverage
}

/** The outcome of a verification, as data: every renderer and every gate reads this. */
export interface Verification {
  /** To resume it and to look it up; null where it was not recorded. */
  readonly id: string | null
  readonly migration: string
  readonly settings: Settings
  readonly verdict: Verdict
  /** Why the verdict does not cover everything. */
  readonly reasons: readonly Problem[]
  readonly mappings: readonly MappingVerification[]
  /** The first findings, wrong ones before held ones; counts are exact however many are left out. */
  readonly findings: readonly Finding[]
  readonly findingsOmitted: number
  readonly startedAt: string
  readonly finishedAt: string
  /** The number of the certificate that a consistent verification left behind. */
  readonly certificate: string | null
}
