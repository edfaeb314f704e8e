import type { Problem } from '@changeover/errors'
import type { MappingVerification, Settings, Verdict } from './verification.ts'
/** How many rows are wrong in a mapping: each counts once. */
export declare function wrongRows(
  counts: MappingVerification,
  settings: Pick<Settings, 'heldValues' | 'strict'>,
): number
/** Held values are wrong where the target has never led, and in strict mode. */
export declare function heldCounts({ heldValues, strict }: Pick<Settings, 'heldValues' | 'strict'>): boolean
/** What was found outweighs what was not read; only where nothing is wrong and all was read is the answer yes. */
export declare function verdictOf(
  mappings: readonly MappingVerification[],
  reasons: readonly Problem[],
  settings: Settings,
): Verdict
//# sourceMappingURL=judge.d.ts.map
