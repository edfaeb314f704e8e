import { inOrder, type Mapping } from '@changeover/mapping'
import type { HeldValues, Key } from '@changeover/sync'
import type { Finding } from './finding.ts'
import type { Authority } from './verification.ts'

/** One transaction of a fix. keys: legacy keys to sync. strays: target keys to discard, or to adopt where the target leads. */
export interface FixStep {
  readonly mapping: Mapping
  readonly part: 'keys' | 'strays'
  readonly keys: readonly Key[]
}

export interface FixPlan {
  readonly steps: readonly FixStep[]
  /** Findings that no fix can decide, each with the reason. */
  readonly left: readonly { readonly finding: Finding; readonly why: string }[]
}

export interface FixPlanOptions {
  readonly authority: Authority
  readonly heldValues: HeldValues
}

const batchRows = 500

/**
 * Turns findings into transactions: strays first, children before parents, so that references find the rows that stay; then
 * the rows to be written, parents before children.
 */
export function planFix(
  mappings: readonly Mapping[],
  findings: readonly Finding[],
  options: FixPlanOptions,
): FixPlan {
  const ordered = inOrder(mappings)
  const sorted = findings.map((finding) => ({ finding, to: destination(finding, options) }))
  const steps = (part: FixStep['part'], mapping: Mapping) => {
    const keys = sorted.flatMap(({ finding, to }) => {
      if (finding.mapping !== mapping.name || typeof to === 'string' || to.part !== part) return []
      return [to.key]
    })
    return batches(distinct(keys)).map((batch): FixStep => ({ mapping, part, keys: batch }))
  }
  return {
    steps: [
      ...ordered.toReversed().flatMap((mapping) => steps('strays', mapping)),
      ...ordered.flatMap((mapping) => steps('keys', mapping)),
    ],
    left: sorted.flatMap(({ finding, to }) => (typeof to === 'string' ? [{ finding, why: to }] : [])),
  }
}

/** Where a finding belongs, or why it belongs nowhere. */
function destination(
  { class: of, key, targetKey }: Finding,
  { authority, heldValues }: FixPlanOptions,
): (Pick<FixStep, 'part'> & { readonly key: Key }) | string {
  if (of === 'held' && (heldValues === 'keep' || authority === 'target'))
    return 'the target holds a value that legacy has no place for, and keeps it'
  if (of === 'duplicate' && authority === 'target')
    return 'the target leads, so a person must say which row is right'
  const stray = of === 'duplicate' || (of === 'orphaned' && (authority === 'legacy' || key === null))
  const found = stray ? targetKey : key
  if (found === null) return 'it has no key'
  return { part: stray ? 'strays' : 'keys', key: found }
}

function distinct(keys: readonly Key[]): readonly Key[] {
  return [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()]
}

function batches(keys: readonly Key[]): readonly (readonly Key[])[] {
  const count = Math.ceil(keys.length / batchRows)
  return Array.from({ length: count }, (_each, index) =>
    keys.slice(index * batchRows, (index + 1) * batchRows),
  )
}
