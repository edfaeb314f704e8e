import { describe, expect, it } from 'vitest'
import { defineMapping, docsOf, firstReference, storedIn, table, toLegacy, toTarget } from '../index.ts'

const keyed = { id: 'bigint not null' } as const
const item = table(
  'item',
  { id: 'uuid not null', legacyId: 'bigint', parent: 'uuid', data: 'jsonb not null default' },
  { key: ['id'] },
)
const other = (name: string) =>
  defineMapping({
    name,
    legacy: table(name.toLowerCase(), keyed, { key: ['id'] }),
    target: item,
    identity: storedIn('legacyId'),
    rules: [],
  })
const legacy = table(
  'task',
  { ...keyed, previous: 'bigint', project: 'bigint', event: 'bigint' },
  { key: ['id'] },
)
const definition = { name: 'Task', legacy, target: item, identity: storedIn('legacyId') }
const residue = { previous: 'data.previous', project: 'data.project', event: 'data.event' } as const
const mapping = defineMapping({
  ...definition,
  rules: [
    firstReference({
      candidates: [
        { field: 'previous', to: 'self' },
        { field: 'project', to: other('Project') },
        { field: 'event', to: other('Event') },
      ],
      slot: 'parent',
      residue,
    }),
  ],
})

const scope = {
  twin: (name: string, key: unknown) => (Number(key) < 100 ? `${name}:${String(key)}` : null),
  original: (name: string, key: unknown) =>
    String(key).startsWith(`${name}:`) ? (String(key).split(':')[1] ?? null) : null,
  find: () => null,
}
const make = (previous: string | null, project: string | null, event: string | null) =>
  toTarget(mapping, { id: '1', previous, project, event }, scope)

describe('forward', () => {
  it.each([
    ['3', '7', '9', 'self:3'],
    [null, '7', '9', 'Project:7'],
    [null, null, '9', 'Event:9'],
    [null, null, null, null],
  ])('%s, %s, %s lead to %s, and come back', (previous, project, event, parent) => {
    const made = make(previous, project, event)
    expect(made['parent']).toBe(parent)
    expect(toLegacy(mapping, made, scope)).toEqual({ id: '1', previous, project, event })
  })

  it('is NULL as long as the first has no twin, whatever the others have, and comes back', () => {
    const made = make('100', '7', null)
    expect(made['parent']).toBeNull()
    expect(toLegacy(mapping, made, scope)).toMatchObject({ previous: '100', project: '7', event: null })
  })
})

describe('backward, when the target was moved', () => {
  const moved = (parent: string | null) => toLegacy(mapping, { ...make(null, '7', '9'), parent }, scope)

  it('gives nothing for a row that has gone, once its key is no longer kept', () => {
    const kept = make('3', '7', null)
    expect(mapping.rules[0]?.shape.keeps).toMatchObject({
      previous: 'data.previous',
      project: 'data.project',
    })
    expect(toLegacy(mapping, { ...kept, data: { previous: '3' } }, scope)).toMatchObject({
      previous: '3',
      project: null,
    })
  })

  it('gives the key to the candidate that owns the parent; later ones keep theirs', () => {
    expect(moved('Project:8')).toMatchObject({ previous: null, project: '8', event: '9' })
    expect(moved('self:4')).toMatchObject({ previous: '4', project: '7', event: '9' })
    expect(moved('Event:2')).toMatchObject({ previous: null, project: null, event: '2' })
  })

  it('gives nothing to any where there is no parent any more, or one that no candidate knows', () => {
    const nothing = { previous: null, project: null, event: null }
    expect(moved(null)).toMatchObject(nothing)
    expect(moved('Stranger:1')).toMatchObject(nothing)
  })
})

it('is refused without residue for each, or without candidates', () => {
  const define = (change: object) =>
    defineMapping({
      ...definition,
      rules: [
        firstReference({
          candidates: [{ field: 'previous', to: 'self' }],
          slot: 'parent',
          residue,
          ...change,
        }),
      ],
    } as never)
  expect(() => define({ residue: {} })).toThrow('previous has no slot in residue.')
  expect(() => define({ candidates: [] })).toThrow('it has no candidates.')
})

it('is shown in the reference', () => {
  expect(docsOf(mapping)).toContain('the twin of previous, else of project, else of event')
})
