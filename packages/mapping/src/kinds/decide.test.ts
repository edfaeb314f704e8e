import { describe, expect, it } from 'vitest'
import { decide, defineMapping, docsOf, lossOf, sameKey, table, toLegacy, toTarget } from '../index.ts'

const scope = { twin: () => null, original: () => null, find: () => null }
const legacy = table(
  'project',
  {
    id: 'bigint not null',
    isBlocked: 'boolean not null',
    isOnTrack: 'boolean not null',
    stage: 'varchar(20)',
  },
  { key: ['id'] },
)
const target = table(
  'item',
  { id: 'bigint not null', status: 'text', data: 'jsonb not null default' },
  { key: ['id'] },
)

const decision = {
  fields: ['isBlocked', 'isOnTrack', 'stage'],
  slot: 'status',
  cases: [
    { when: { isBlocked: true }, is: 'blocked' },
    { when: { isOnTrack: false }, is: 'at_risk' },
    { when: { stage: 'completion' }, is: 'completed' },
  ],
  otherwise: 'in_progress',
  residue: { isBlocked: 'data.is_blocked', isOnTrack: 'data.is_on_track', stage: 'data.stage' },
  backward: {
    blocked: [{ isBlocked: true }, { isBlocked: true, isOnTrack: true, stage: null }],
    at_risk: [
      { isBlocked: false, isOnTrack: false },
      { isBlocked: false, isOnTrack: false, stage: null },
    ],
    completed: [{ isBlocked: false, isOnTrack: true, stage: 'completion' }],
    in_progress: [
      { isBlocked: false, isOnTrack: true },
      { isBlocked: false, isOnTrack: true, stage: 'implementation' },
    ],
    cancelled: [{ isBlocked: true, isOnTrack: false, stage: 'completion' }],
  },
} as const

const define = (change: object = {}) =>
  defineMapping({
    name: 'Project',
    legacy,
    target,
    identity: sameKey('id'),
    rules: [decide({ ...decision, ...change })],
  })
const mapping = define()

describe('forward', () => {
  it.each([
    [{ isBlocked: true, isOnTrack: false, stage: 'completion' }, 'blocked'],
    [{ isBlocked: false, isOnTrack: false, stage: 'completion' }, 'at_risk'],
    [{ isBlocked: false, isOnTrack: true, stage: 'completion' }, 'completed'],
    [{ isBlocked: false, isOnTrack: true, stage: null }, 'in_progress'],
  ])('%j becomes %s, and comes back', (fields, status) => {
    const made = toTarget(mapping, { id: '1', ...fields }, scope)
    expect(made['status']).toBe(status)
    expect(toLegacy(mapping, made, scope)).toEqual({ id: '1', ...fields })
  })
})

describe('backward, when the target was changed', () => {
  const data = { is_blocked: false, is_on_track: false, stage: 'planning' }
  const read = (status: string, kept: object) =>
    toLegacy(mapping, { id: '1', status, data: { ...kept } }, scope)

  it('changes as little as decides to the new value', () => {
    expect(read('blocked', data)).toMatchObject({ isBlocked: true, isOnTrack: false, stage: 'planning' })
    expect(read('in_progress', data)).toMatchObject({ isBlocked: false, isOnTrack: true, stage: 'planning' })
    expect(read('completed', data)).toMatchObject({ isBlocked: false, isOnTrack: true, stage: 'completion' })
  })

  it('passes over a reading that does not decide to the value', () => {
    expect(read('in_progress', { ...data, stage: 'completion' })).toMatchObject({
      isOnTrack: true,
      stage: 'implementation',
    })
  })

  it('has a complete reading for a row without residue, or with a part of it', () => {
    expect(read('blocked', {})).toMatchObject({ isBlocked: true, isOnTrack: true, stage: null })
    expect(read('in_progress', { stage: 'planning' })).toMatchObject({
      isBlocked: false,
      isOnTrack: true,
      stage: 'planning',
    })
  })

  it('reads a value to which nothing decides as it is told to, and refuses one that is not listed', () => {
    expect(read('cancelled', data)).toMatchObject({ isBlocked: true, isOnTrack: false, stage: 'completion' })
    expect(() => read('unheard of', data)).toThrow('has a value without a legacy reading')
  })

  it('says how a value reads that the legacy side cannot hold', () => {
    const why = 'cancelled reads as isBlocked = true and isOnTrack = false and stage = completion'
    expect(lossOf(mapping)[0]?.backward).toEqual({ holds: 'part', why })
  })
})

it.each([
  [{ cases: [] }, 'it has no case.'],
  [{ otherwise: 'unread' }, "backward does not say how 'unread' reads."],
  [
    { backward: { ...decision.backward, blocked: [{ isBlocked: true }] } },
    "the last reading of 'blocked' does not give isOnTrack, stage.",
  ],
  [
    { backward: { ...decision.backward, blocked: decision.backward.at_risk } },
    "the last reading of 'blocked' decides to 'at_risk'.",
  ],
  [
    { backward: { ...decision.backward, cancelled: [{ isBlocked: null, isOnTrack: true, stage: null }] } },
    'isBlocked cannot read as null.',
  ],
  [{ cases: [...decision.cases, { when: { stage: 1 }, is: 'blocked' }] }, '1 is no value of stage.'],
  [{ cases: [...decision.cases, { when: { title: 'x' }, is: 'blocked' }] }, 'title is not among its fields.'],
  [{ residue: { isBlocked: 'data.a', isOnTrack: 'data.b' } }, 'stage has no slot in residue.'],
  [
    { residue: { isBlocked: 'data.a', isOnTrack: 'data.a', stage: 'data.b' } },
    'two fields share one slot in residue.',
  ],
])('is refused when it is not sound: %j', (change, why) => {
  expect(() => define(change)).toThrow(why)
})

it('is shown in the reference', () => {
  expect(docsOf(mapping)).toContain(
    'isBlocked = true → blocked; else isOnTrack = false → at_risk; else stage = completion → completed; else in_progress; exact values kept in data.is_blocked, data.is_on_track, data.stage',
  )
})
