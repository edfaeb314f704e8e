import { createShadow, settle, type ShadowCounts, type ShadowOptions } from '@changeover/shadow'
import type { Operation } from './operation.ts'
import { otherSide, type Side } from './side.ts'
import type { Workshop } from './workshop.ts'

/** Which reads are asked of both sides, and what of their answers counts. `record` is told of each comparison. */
export type ComparisonOptions = Omit<ShadowOptions, 'record'> & Partial<Pick<ShadowOptions, 'record'>>

/** What the comparisons have said since the beginning. */
export interface Consistency extends ShadowCounts {
  /** Percent of the answers compared that were the same; undefined before the first one. */
  readonly samePercent: number | undefined
}

/** Asks both sides what a caller has asked, behind its back. */
export interface ReadComparison {
  /** After a read for a key of which both sides have everything. Returns at once and never throws. */
  observe(name: string, operation: Operation, args: readonly unknown[], authority: Side): void
  consistency(): Consistency
  settled(): Promise<void>
}

/**
 * Compares the answers of both sides, of a sample of reads, off the callers' path. Both are asked anew, one after the other; a key that is
 * being written meanwhile is not compared. What they do here counts for nothing else: not for health, nor for a breaker of theirs.
 */
export function createReadComparison(
  { outbox, monitor }: Pick<Workshop, 'outbox' | 'monitor'>,
  options: ComparisonOptions,
): ReadComparison {
  const shadow = createShadow({
    ...options,
    record(observation) {
      const { operation, verdict, differences } = observation
      monitor.tell({ type: 'compared', operation, verdict, paths: differences.map(({ path }) => path) })
      return options.record?.(observation)
    },
  })
  return {
    observe(name, operation, args, authority) {
      shadow.observe(name, async (isAgainstItself) => {
        const control = await settle(() => operation.sides[authority](args))
        const asked = isAgainstItself ? authority : otherSide(authority)
        const candidate = await settle(() => operation.sides[asked](args))
        // A write in between makes one of them older by right. Its key is owed from before the first side is written.
        if ((await outbox.sourceOf(operation.key(args))) !== undefined) throw new WrittenMeanwhile()
        return { control, candidate }
      })
    },
    consistency() {
      const counts = shadow.counts()
      const { same, different } = counts.verdicts
      const samePercent = same + different === 0 ? undefined : (100 * same) / (same + different)
      return { ...counts, samePercent }
    },
    settled: () => shadow.settled(),
  }
}

class WrittenMeanwhile extends Error {
  override readonly name = 'WrittenMeanwhile'
}
