import { setTimeout } from 'node:timers/promises'
import {
  observeHealth,
  type PhaseMove,
  phaseOf,
  type SampleSystem,
  startTraffic,
  type Traffic,
  type TrafficOptions,
} from '@changeover/migration'
import {
  createRequestMonitor,
  type GateName,
  gateLimits,
  type PhaseName,
  type RequestMonitor,
} from '@changeover/rollout'
import { errors } from '../errors.ts'
import { exitCodes } from '../exit-code.ts'
import { backfill } from '../jobs/backfill.ts'
import { install } from '../jobs/install.ts'
import { contractShow } from '../jobs/contract-show.ts'
import { phaseChange, type PhaseChangeSettings } from '../jobs/phase-change.ts'
import { verify } from '../jobs/verify.ts'
import type { Session } from '../session.ts'
import { showGuard } from './direct-write.ts'
import { shadowReads } from './shadowing.ts'

const writers = 4
const trafficMs = 400

/**
 * Takes a fresh migration through its whole life while legacy code goes on writing: dual write, backfill under load, the flip
 * to the target, which a direct legacy write does not get past, an emergency rollback, forward again, the target alone, and what
 * archiving legacy would still need. After each step writers rest, and what they were told
 * is stored is counted against the rows of both sides.
 *
 * Errors: CLI.LIFE_BROKEN where a count or a verification is not clean.
 */
export async function liveThrough(session: Session, system: SampleSystem, url: string): Promise<void> {
  const { database, migration } = session
  const monitor = createRequestMonitor(database, migration.name)
  const during = async (title: string, work: (traffic: Traffic) => Promise<void>) => {
    const traffic = startTraffic(database, system, watchedBy(monitor))
    try {
      await setTimeout(trafficMs)
      await work(traffic)
      await setTimeout(trafficMs)
    } finally {
      await traffic.stop()
      await monitor.flush()
    }
    await check(session, title, traffic)
    await traffic.clear()
  }
  await before(session, system, monitor)
  await during('legacy-leads, filled under load', async () => {
    await move(session, 'advance', 'legacy-leads')
    await backfill({ restart: true })(session)
    await install(session)
    await shadowReads(session, url)
  })
  await during('target-leads, legacy code writing through the proxies', async () => {
    await move(session, 'advance', 'target-leads', { waive: await unhealthy(session) })
    await showGuard(session)
  })
  await during('legacy-leads again, by an emergency rollback', () =>
    move(session, 'rollback', 'legacy-leads', { emergency: true }),
  )
  await during('target-leads again', async () => {
    await shadowReads(session, url)
    await move(session, 'advance', 'target-leads', { waive: await unhealthy(session) })
  })
  await verified(session)
  await move(session, 'advance', 'target-only', { waive: await unhealthy(session) })
  await monitor.close()
  await showContract(session)
}

function watchedBy(monitor: RequestMonitor): TrafficOptions {
  return { writers, onWrite: (write) => monitor.seen({ ...write, isFailed: false }) }
}

/** What legacy alone costs, for whoever compares later. */
async function before(session: Session, system: SampleSystem, monitor: RequestMonitor): Promise<void> {
  const traffic = startTraffic(session.database, system, watchedBy(monitor))
  await setTimeout(trafficMs)
  await traffic.stop()
  await traffic.clear()
  await monitor.flush()
}

/** The gate of health, to be waived by name where it is closed: a busy machine is slow, and this is a demonstration. */
async function unhealthy({ database, migration, talk }: Session): Promise<readonly GateName[]> {
  const stored = await phaseOf(database, migration.name)
  if (stored === undefined) return []
  const { score, reasons } = await observeHealth(database, migration, stored)
  const isLow = score < gateLimits.minHealth
  talk.say(
    `Health: ${score} of 100${reasons.length === 0 ? '' : ` (${reasons.join(', ')})`}${isLow ? ', waived' : ''}`,
  )
  return isLow ? ['healthy'] : []
}

/** Nobody has watched for a week yet: that the last step is declined shows what it asks for. */
async function showContract(session: Session): Promise<void> {
  const { exitCode, text } = await contractShow({})(session)
  session.talk.say(`contract, which archives legacy:\n  ${text.replaceAll('\n', '\n  ')}`)
  if (exitCode !== exitCodes.declined)
    throw errors.LIFE_BROKEN({ step: 'contract', said: 'it was not declined' })
}

async function move(
  session: Session,
  direction: PhaseMove,
  to: PhaseName,
  settings: Partial<PhaseChangeSettings> = {},
): Promise<void> {
  const begun = performance.now()
  const { text } = await phaseChange(direction, { to, reason: 'npm start', waitSeconds: 5, ...settings })(
    session,
  )
  const ms = Math.round(performance.now() - begun)
  session.talk.say(`${text} (${ms} ms, gates included)`)
}

async function check(session: Session, title: string, traffic: Traffic): Promise<void> {
  const { writes, rows, onLegacy, onTarget, wrong } = await traffic.count()
  const line = `${writes} acknowledged writes left ${rows} rows: ${onLegacy} found in legacy, ${onTarget} in the target, ${wrong} wrong`
  session.talk.say(`${wrong === 0 ? '✓' : '✗'} ${title}: ${line}`)
  if (wrong > 0) throw errors.LIFE_BROKEN({ step: title, said: line })
  await verified(session)
}

async function verified(session: Session): Promise<void> {
  const { exitCode, text } = await verify({ reportOnly: true })(session)
  const said = text.trimEnd().split('\n').at(-1) ?? ''
  session.talk.say(`  ${said}`)
  if (exitCode !== exitCodes.fine) throw errors.LIFE_BROKEN({ step: 'verification', said })
}
