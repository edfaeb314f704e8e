import type { Database } from '@changeover/database'
import {
  errors as rolloutErrors,
  type Facts,
  gatherFacts,
  type GateLimits,
  type GateName,
  judge,
  readHistory,
  type StoredPhase,
  type Verdict,
} from '@changeover/rollout'
import type { Check, Found } from '../checks/check.ts'
import type { Migration } from '../define-migration.ts'
import { errors } from '../errors.ts'
import { observe } from '../observe.ts'
import { phaseOf } from '../phase-of.ts'

export interface GateCheckOptions {
  readonly name: string
  readonly claim: string
  readonly gate: GateName
  /** What was seen, where the gate is open. */
  readonly evidence: (facts: Facts) => string
  readonly limits?: Partial<GateLimits>
  /** Why it does not apply in a phase. */
  readonly unless?: (stored: StoredPhase) => string | undefined
}

/**
 * A gate of a transition as a check: judged now; once legacy is frozen, by what the gate said on the way there, since there is
 * nothing left to look at.
 */
export function gateCheck(database: Database, migration: Migration, options: GateCheckOptions): Check {
  const { name, claim, gate, unless = () => undefined } = options
  return {
    name,
    claim,
    async look() {
      const stored = await phaseOf(database, migration.name)
      if (stored === undefined) throw rolloutErrors.PHASE_MISSING({ migration: migration.name })
      const notApplicable = unless(stored)
      if (notApplicable !== undefined) return { notApplicable }
      const before = isFrozen(stored) ? await saidBefore(database, migration, gate) : undefined
      return before ?? judgedNow(database, migration, options)
    },
  }
}

/** Legacy is no longer written. */
function isFrozen({ phase: { authority, flags } }: StoredPhase): boolean {
  return authority === 'target' && flags?.dualWrite !== true
}

async function judgedNow(
  database: Database,
  migration: Migration,
  { gate, evidence, limits = {} }: GateCheckOptions,
): Promise<Found> {
  const seconds = limits.disuseSeconds
  const facts = await gatherFacts(database, migration.name, {
    observe: () =>
      observe(
        database,
        migration,
        { gates: [gate] },
        { rehearsal: 'none', ...(seconds !== undefined && { disuseSeconds: seconds }) },
      ),
  })
  return {
    evidence: evidence(facts),
    problems: judge({ gates: [gate] }, facts, { limits }).flatMap((verdict) => problemOf(migration, verdict)),
  }
}

/** What the gate said when it was last judged on the way to where the migration is. */
async function saidBefore(
  database: Database,
  migration: Migration,
  gate: GateName,
): Promise<Found | undefined> {
  if (!lookedAtOnTheWay.has(gate)) return undefined
  const history = await readHistory(database, migration.name)
  const judged = history.findLast(
    (entry) => entry.what === 'flip' && entry.gates.some((verdict) => verdict.gate === gate),
  )
  const verdict = judged?.gates.find((each) => each.gate === gate)
  if (judged === undefined || verdict === undefined) return undefined
  return {
    evidence: `${verdict.state} at ${judged.at}, on the way to ${judged.to}`,
    problems: problemOf(migration, verdict),
  }
}

/** What can only be seen as long as both sides are written. */
const lookedAtOnTheWay: ReadonlySet<GateName> = new Set(['backfill-finished', 'certificate-fresh'])

function problemOf({ name }: Migration, { gate, state, why, fix }: Verdict) {
  if (state === 'open') return []
  return [errors.GATE_NOT_OPEN.problem({ migration: name, gate, state, why: why ?? '', how: fix ?? '' })]
}
