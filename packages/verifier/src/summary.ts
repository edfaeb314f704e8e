import { lossOf, type Mapping } from '@changeover/mapping'
import type { Chunk } from './chunks.ts'
import type { Finding } from './finding.ts'
import type { Judgement } from './judgement.ts'
import type { ChunkResult, OrphansResult, RowsResult } from './read-chunk.ts'
import type { MappingVerification } from './verification.ts'

/** A chunk and what was found in it; no result where it has not been read. */
export interface ChunkState {
  readonly chunk: Chunk
  readonly result: ChunkResult | null
}

/** Adds up the chunks of one mapping. The order in which they were read makes no difference. */
export function summaryOf(
  mapping: Mapping,
  judgement: Judgement,
  chunks: readonly ChunkState[],
): Omit<MappingVerification, 'quarantined' | 'unresolved'> {
  const results = chunks.flatMap(({ result }) => (result ? [result] : []))
  const rows = results.filter((result): result is RowsResult => result.part === 'rows')
  const orphans = results.filter((result): result is OrphansResult => result.part === 'orphans')
  const total = sum(rows, (each) => each.rows)
  const missing = sum(rows, (each) => each.missing)
  const bySlot = (counts: (each: RowsResult) => readonly number[]) =>
    Object.fromEntries(
      judgement.slots
        .map(({ field }, index) => [field, sum(rows, (each) => counts(each)[index] ?? 0)] as const)
        .filter(([, count]) => count > 0),
    )
  return {
    mapping: mapping.name,
    hash: mapping.hash,
    total,
    withTarget: total - missing,
    missing,
    mismatched: sum(rows, (each) => each.mismatched),
    held: sum(rows, (each) => each.held),
    duplicate: sum(rows, (each) => each.duplicate),
    orphaned: sum(orphans, (each) => each.orphaned),
    targetTotal: sum(orphans, (each) => each.rows),
    fields: bySlot((each) => each.wrong),
    heldFields: bySlot((each) => each.heldSlots),
    coverage: {
      chunks: chunks.length,
      chunksRead: results.length,
      compared: judgement.slots.map(({ field }) => field),
      dropped: droppedOf(mapping),
    },
  }
}

/** The first findings in the order of mappings and chunks, wrong ones before held ones, and how many more there are. */
export function firstFindings(chunks: readonly ChunkState[], most: number): readonly Finding[] {
  const all = chunks.flatMap(({ result }) => result?.findings ?? [])
  const wrong = all.filter((finding) => finding.class !== 'held')
  return [...wrong, ...all.filter((finding) => finding.class === 'held')].slice(0, most)
}

/** How many findings there are in all, whether or not they were kept: one for each wrong slot and each wrong row. */
export function countFindings(
  mappings: readonly Omit<MappingVerification, 'quarantined' | 'unresolved'>[],
): number {
  const fields = (counts: Readonly<Record<string, number>>) =>
    Object.values(counts).reduce((left, right) => left + right, 0)
  return sum(
    mappings,
    (each) => each.missing + each.orphaned + each.duplicate + fields(each.fields) + fields(each.heldFields),
  )
}

function droppedOf(mapping: Mapping) {
  const lines = lossOf(mapping)
  return mapping.rules.flatMap(({ shape }, index) => {
    const forward = lines[index]?.forward
    const reason = forward?.holds === 'part' ? forward.why : ''
    return (shape.drops ?? []).map((field) => ({ field, reason }))
  })
}

function sum<T>(list: readonly T[], count: (each: T) => number): number {
  return list.reduce((total, each) => total + count(each), 0)
}
