import { isFailure } from '@changeover/errors'
import { expect, test } from 'vitest'
import { behaviours, type Behaviour, openPair } from './pair.fixture.ts'
import { type RolloutPhase, rolloutPhases } from './rollout-phase.ts'
import { otherSide, type Side } from './side.ts'

const deadlineMs = 200
const phases = [0, 1, 2, 3] as const
const leads: Readonly<Record<RolloutPhase, Side>> = { 0: 'legacy', 1: 'legacy', 2: 'target', 3: 'target' }
const operations = ['save', 'load', 'remove'] as const
type OperationName = (typeof operations)[number]

/** What the caller is to get: the answer of a side, or the error of the one that leads. */
function expected(phase: RolloutPhase, authority: Behaviour, other: Behaviour): string {
  if (works(authority)) return `the answer of ${leads[phase]}`
  if (phase === 2 && works(other)) return 'the answer of legacy'
  return authority === 'hangs' ? 'SWITCHOVER.TOO_SLOW' : `${leads[phase]} is broken`
}

const works = (behaviour: Behaviour) => behaviour === 'well' || behaviour === 'slow'

/** A pair in this phase, with one key that both sides have under names of their own. */
async function openIn(phase: RolloutPhase) {
  const pair = await openPair(rolloutPhases[1], { deadlineMs: { legacy: deadlineMs, target: deadlineMs } })
  await pair.call.save('k', 'old')
  await pair.settled()
  await pair.synchronizeAll()
  const inPhase =
    phase === 1
      ? pair
      : await openPair(
          rolloutPhases[phase],
          { deadlineMs: { legacy: deadlineMs, target: deadlineMs }, ledger: pair.ledger },
          pair,
        )
  await inPhase.call.load('k')
  for (const side of ['legacy', 'target'] as const) {
    inPhase[side].values.set('k', `old of ${side}`)
    inPhase[side].made.length = 0
  }
  return inPhase
}

type Pair = Awaited<ReturnType<typeof openIn>>

const perform: Readonly<Record<OperationName, (pair: Pair) => Promise<unknown>>> = {
  save: (pair) => pair.call.save('k', 'new'),
  load: (pair) => pair.call.load('k'),
  remove: (pair) => pair.call.remove('k'),
}

/** What the caller got, as the table says it. */
async function gotten(pair: Pair, operation: OperationName): Promise<string> {
  const isOn = (side: Side) =>
    operation === 'save' ? pair[side].values.get('k') === 'new' : !pair[side].values.has('k')
  try {
    const answer = await perform[operation](pair)
    if (operation === 'load') return `the answer of ${String(answer).replace('old of ', '')}`
    const { authority } = await pair.state()
    return `the answer of ${isOn(authority) ? authority : isOn(otherSide(authority)) ? otherSide(authority) : 'nobody'}`
  } catch (error) {
    if (isFailure(error)) return error.code
    return error instanceof Error ? error.message.replace(' at once', '') : String(error)
  }
}

async function liveThrough(
  phase: RolloutPhase,
  operation: OperationName,
  authority: Behaviour,
  other: Behaviour,
) {
  const pair = await openIn(phase)
  pair[leads[phase]].behave(authority)
  pair[otherSide(leads[phase])].behave(other)
  const begun = performance.now()
  const got = await gotten(pair, operation)
  const tookMs = performance.now() - begun
  for (const side of ['legacy', 'target'] as const) {
    pair[side].behave('well')
    pair[side].letGo()
  }
  await pair.settled()
  await pair.repair()
  return { pair, got, tookMs }
}

const cases = phases.flatMap((phase) => operations.map((operation) => [phase, operation] as const))

test.each(cases)(
  'in phase %i a %s gets what the table says, however each side behaves',
  async (phase, operation) => {
    const all = behaviours.flatMap((authority) => behaviours.map((other) => ({ authority, other })))
    const lived = await Promise.all(
      all.map(async ({ authority, other }) => {
        const { got, pair } = await liveThrough(phase, operation, authority, other)
        const { outbox } = await pair.state()
        return { authority, other, got, owed: (outbox?.legacy ?? 1) + (outbox?.target ?? 1) }
      }),
    )
    expect(lived).toEqual(
      all.map(({ authority, other }) => ({
        authority,
        other,
        got: expected(phase, authority, other),
        owed: 0,
      })),
    )
  },
)

test.each([
  [1, 'save'],
  [1, 'load'],
  [2, 'save'],
  [2, 'load'],
] as const)('in phase %i a %s does not wait for the other side', async (phase, operation) => {
  const pair = await openIn(phase)
  pair[otherSide(leads[phase])].behave('hangs')
  for (let turn = 0; turn < 20; turn += 1) expect(await gotten(pair, operation)).toMatch(/^the answer/)
  // One of twenty is waited for at most: the others find the key at work.
  expect(pair[otherSide(leads[phase])].made.length).toBeLessThanOrEqual(1)
  pair[otherSide(leads[phase])].letGo()
  await pair.settled()
})

test('rubbish that an adapter refuses is a failure of that side', async () => {
  const pair = await openIn(2)
  pair.target.save = async () => 'rubbish'
  pair.refuseTargetAnswers()
  expect(await pair.call.save('k', 'new')).toEqual({ success: true })
  expect(pair.legacy.values.get('k')).toBe('new')
  await pair.settled()
  expect((await pair.state()).fallbacks).toEqual([{ reason: 'TypeError', count: 1 }])
})

test('a refusal is an answer: no fallback, nothing owed, no point lost', async () => {
  const refused = new RangeError('no such conversation')
  const pair = await openPair(rolloutPhases[1], { isRefusal: (error) => error === refused })
  await pair.synchronizeAll()
  pair.setFlags(rolloutPhases[2])
  await pair.call.load('k')
  pair.target.save = () => Promise.reject(refused)
  await expect(pair.call.save('k', 'v')).rejects.toBe(refused)
  await pair.settled()
  const { fallbacks, outbox, health, mode, sides } = await pair.state()
  expect({ fallbacks, mode, score: health.score }).toEqual({
    fallbacks: [],
    mode: 'target-leads',
    score: 100,
  })
  expect(sides.target.refusals).toBe(1)
  expect(outbox).toMatchObject({ legacy: 0, target: 0 })
})
