import type { Problem } from '@changeover/errors'
import {
  type AutomaticRollbackOptions,
  createGuard,
  type Guard,
  type GuardState,
} from './automatic-rollback.ts'
import { type ComparisonOptions, type Consistency, createReadComparison } from './compare-reads.ts'
import { type EmergencyOptions, emergencyRollback, type EmergencyReport } from './emergency-rollback.ts'
import { rollBack, type RollbackOptions, type RollbackStepReport } from './gradual-rollback.ts'
import { watchHealth } from './watch-health.ts'
import { askMs, type Control, openControl } from './control.ts'
import { bothFacadeOf, type BothFacade, facadeOf, type Facade, type Operations } from './facade.ts'
import type { FlagSource } from './flag-source.ts'
import type { SwitchoverHealth } from './health.ts'
import type { Ledger } from './ledger.ts'
import type { Mode } from './mode.ts'
import { createMonitor, type Monitor, type MonitorState, type SwitchoverEvent } from './monitor.ts'
import type { OwedTotals } from './outbox.ts'
import { createPatience } from './patience.ts'
import { repair, type RepairOptions, type RepairReport } from './repair.ts'
import { type BreakerOptions, createSideCalls } from './side-call.ts'
import type { Side } from './side.ts'
import {
  type Direction,
  synchronizeAll,
  synchronizeKey,
  type SyncOptions,
  type SyncReport,
} from './synchronize.ts'
import type { Payment } from './pay.ts'
import { createCopy, type Stores } from './stores.ts'
import type { Workshop } from './workshop.ts'

export interface SwitchoverOptions<Legacy, Target, O extends Operations> {
  readonly name: string
  /** Where the flags come from: `staticFlags`, `environmentFlags`, `phaseFlags`, `openFeatureFlags` or a function. */
  readonly flags: FlagSource
  readonly stores: Stores<Legacy, Target>
  readonly operations: O
  readonly ledger: Ledger
  /** How long a call of a side may take; 10 s unless given. */
  readonly deadlineMs?: Partial<Readonly<Record<Side, number>>>
  /** When the side that nobody waits for is left alone; 5 failures in a row, for 10 s, unless given. */
  readonly breaker?: Partial<BreakerOptions>
  /** Whether an error is the side's own answer (not found, not allowed), and no sign that it does not work. */
  readonly isRefusal?: (error: unknown) => boolean
  /** What health looks at; a minute unless given. */
  readonly windowMs?: number
  /** Compares answers of both sides behind the callers' backs; they are not compared unless given. */
  readonly comparison?: ComparisonOptions
  /** When a critical score takes the lead from the target. */
  readonly automaticRollback?: AutomaticRollbackOptions | 'off'
  /** Told of everything that happens, such as `reportTo(meter, name)` of `/open-telemetry`. */
  readonly onEvent?: (event: SwitchoverEvent) => void
}

/** What a switchover is doing, as plain data. */
export interface SwitchoverState extends MonitorState {
  readonly name: string
  readonly mode: Mode
  readonly authority: Side
  readonly isWhole: Readonly<Record<Side, boolean>>
  readonly problems: readonly Problem[]
  readonly health: SwitchoverHealth
  /** What was switched off by a rollback. */
  readonly switchedOff: readonly string[]
  /** Why it was. */
  readonly switchedOffReason: string
  /** Whether health is about to take the lead from the target, or has done so. */
  readonly guard: GuardState
  /** Of the answers that were compared; undefined where none are. */
  readonly consistency: Consistency | undefined
  /** Undefined where the ledger does not answer. */
  readonly outbox: OwedTotals | undefined
}

/** A pair of implementations behind one facade. */
export interface Switchover<O extends Operations, Legacy = unknown> {
  /** The operations, with the signatures they were defined with. */
  readonly call: Facade<O>
  /** The operations in parallel mode: they wait for both sides and give both results. */
  readonly both: BothFacade<O>
  state(): Promise<SwitchoverState>
  /** Pays what the second writes owe: to be called again and again by a worker. */
  repair(options?: RepairOptions): Promise<RepairReport>
  /** Copies one key, in the direction of the side that leads unless given. */
  synchronize(key: string, direction?: Direction): Promise<Payment>
  /** Copies every key: what a side needs before it may lead. */
  synchronizeAll(direction?: Direction, options?: SyncOptions): Promise<SyncReport>
  /** Goes back to legacy at once, and proves that it works. */
  emergencyRollback(options: EmergencyOptions<Legacy>): Promise<EmergencyReport>
  /** Goes back to legacy step by step; a run that was cut off goes on. */
  rollBack(options: RollbackOptions): Promise<readonly RollbackStepReport[]>
  /** Takes back what rollbacks have switched off: the flags hold again. */
  goForward(): Promise<void>
  /** Waits for what goes on behind the callers' backs: before the end of a process, and in tests. */
  settled(): Promise<void>
}

/**
 * Puts two implementations behind one facade.
 *
 * Cost of a call: one ledger statement on its way, and one behind its back where both sides are written.
 * Errors: those of the flag source and of the ledger, when they are asked for the first time.
 */
export async function createSwitchover<Legacy, Target, const O extends Operations>(
  options: SwitchoverOptions<Legacy, Target, O>,
): Promise<Switchover<O, Legacy>> {
  const { name, flags, ledger, operations } = options
  const control = await openControl(name, flags, ledger.notes)
  const monitor = createMonitor(options.windowMs ?? 60_000)
  const background = createBackground()
  const shop = workshopOf(options, control, monitor, background.add)
  if (options.onEvent) monitor.onEvent(options.onEvent)
  const { automaticRollback } = options
  const guard = createGuard(automaticRollback === 'off' ? undefined : automaticRollback)
  if (automaticRollback !== 'off') watchHealth(shop, guard)
  return {
    call: facadeOf(shop, operations),
    both: bothFacadeOf(shop, operations),
    state: () => stateOf(shop, guard),
    repair: (how) => repair(shop, how),
    synchronize: (key, direction) => synchronizeKey(shop, key, direction ?? directionIn(shop)),
    synchronizeAll: (direction, how) => synchronizeAll(shop, direction ?? directionIn(shop), how),
    emergencyRollback: (how) => emergencyRollback(shop, options.stores.legacy, how),
    rollBack: (how) => rollBack(shop, how),
    async goForward() {
      await control.change((note) => ({ ...note, off: [], reason: '' }))
      monitor.forget()
      guard.rearm()
    },
    async settled() {
      await background.settled()
      await shop.comparison?.settled()
    },
  }
}

/** From the side that leads to the other. */
function directionIn({ control }: Workshop): Direction {
  return control.last().authority === 'legacy' ? 'forward' : 'backward'
}

/** The stores for listing keys and for asking whether there is something; values go through `createCopy` alone. */
function storesOf<Legacy, Target>({ legacy, target }: Stores<Legacy, Target>): Workshop['stores'] {
  return { legacy, target }
}

function workshopOf<Legacy, Target, O extends Operations>(
  options: SwitchoverOptions<Legacy, Target, O>,
  control: Control,
  monitor: Monitor,
  background: Workshop['background'],
): Workshop {
  const deadlineMs = { legacy: 10_000, target: 10_000, ...options.deadlineMs }
  const breaker = { failures: 5, restMs: 10_000, ...options.breaker }
  const isRefusal = options.isRefusal ?? (() => false)
  return {
    name: options.name,
    control,
    monitor,
    background,
    isRefusal,
    outbox: options.ledger.outbox,
    calls: createSideCalls({ deadlineMs, breaker, isRefusal, monitor }),
    notes: options.ledger.notes,
    copy: createCopy(options.stores),
    stores: storesOf(options.stores),
    copyDeadlineMs: deadlineMs.legacy + deadlineMs.target,
    patience: createPatience(askMs),
    comparison:
      options.comparison &&
      createReadComparison({ outbox: options.ledger.outbox, monitor }, options.comparison),
  }
}

async function stateOf(
  { name, control, monitor, outbox, comparison }: Workshop,
  guard: Guard,
): Promise<SwitchoverState> {
  const { mode, authority, isWhole, problems } = control.last()
  return {
    name,
    mode,
    authority,
    isWhole,
    problems,
    switchedOff: control.note().off,
    switchedOffReason: control.note().reason,
    guard: guard.state(),
    health: monitor.health(),
    consistency: comparison?.consistency(),
    outbox: await outbox.totals().catch(() => undefined),
    ...monitor.state(),
  }
}

function createBackground() {
  const running = new Set<Promise<void>>()
  return {
    add(work: Promise<void>) {
      const over = work
        .catch(() => {}) // it has told whoever had to know
        .finally(() => running.delete(over))
      running.add(over)
    },
    async settled() {
      while (running.size > 0) await Promise.all(running)
    },
  }
}
