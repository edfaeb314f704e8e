import { expect, it } from 'vitest'
import {
  defineMapping,
  docsOf,
  inOrder,
  reference,
  sameKey,
  storedIn,
  table,
  toLegacy,
  toTarget,
} from '../index.ts'

const keyed = { id: 'bigint not null' } as const
const project = defineMapping({
  name: 'Project',
  legacy: table('project', keyed, { key: ['id'] }),
  target: table('item', { id: 'uuid not null', legacyId: 'bigint' }, { key: ['id'] }),
  identity: storedIn('legacyId'),
  rules: [],
})
const legacy = table(
  'task',
  { ...keyed, project: 'bigint', previous: 'bigint', label: 'text' },
  { key: ['id'] },
)
const target = table(
  'item',
  { id: 'uuid not null', legacyId: 'bigint', parent: 'uuid', previous: 'uuid', label: 'text' },
  { key: ['id'] },
)
const definition = { name: 'Task', legacy, target, identity: storedIn('legacyId') }
const untyped = defineMapping as unknown as (definition: object) => ReturnType<typeof defineMapping>
const mapping = untyped({
  ...definition,
  legacy: table('task', { ...keyed, project: 'bigint', previous: 'bigint' }, { key: ['id'] }),
  rules: [reference('project', project).as('parent'), reference('previous', 'self')],
})

const twins: Readonly<Record<string, string>> = { 'Project 7': 'p7', 'self 3': 't3' }
const scope = {
  twin: (name: string, key: unknown) => twins[`${name} ${String(key)}`] ?? null,
  original: (name: string, key: unknown) =>
    Object.keys(twins)
      .find((each) => each.startsWith(name) && twins[each] === key)
      ?.split(' ')[1] ?? null,
  find: () => null,
}

it('becomes the key of the twin, and comes back', () => {
  const row = { id: '1', project: '7', previous: '3' }
  const made = toTarget(mapping, row, scope)
  expect(made).toEqual({ legacyId: '1', parent: 'p7', previous: 't3' })
  expect(toLegacy(mapping, made, scope)).toEqual(row)
  const nothing = { id: '1', project: null, previous: null }
  expect(toLegacy(mapping, toTarget(mapping, nothing, scope), scope)).toEqual(nothing)
})

it('is NULL as long as there is no twin, and refused backward without an original', () => {
  expect(toTarget(mapping, { id: '1', project: '8', previous: null }, scope)).toMatchObject({ parent: null })
  expect(() => toLegacy(mapping, { legacyId: '1', parent: 'p9', previous: null }, scope)).toThrow(
    'refers to a row that has no legacy original',
  )
})

it('puts the other mapping first', () => {
  expect(inOrder([mapping, project]).map(({ name }) => name)).toEqual(['Project', 'Task'])
})

it('needs a single key of the same type', () => {
  const pair = {
    ...project,
    legacy: table('pair', { a: 'bigint not null', b: 'bigint not null' }, { key: ['a', 'b'] }),
  }
  expect(() => untyped({ ...definition, rules: [reference('project', pair).as('parent')] })).toThrow(
    'the keys of Project are of several columns',
  )
  expect(() => untyped({ ...definition, rules: [reference('label', project).as('parent')] })).toThrow(
    'label is text, and the key of Project is bigint.',
  )
})

it('accepts the key of the same table', () => {
  const spec = { ...keyed, previous: 'bigint' } as const
  const copy = defineMapping({
    name: 'Copy',
    legacy: table('task', spec, { key: ['id'] }),
    target: table('task_copy', spec, { key: ['id'] }),
    identity: sameKey('id'),
    rules: [reference('previous', 'self')],
  })
  expect(docsOf(copy)).toContain('the twin in this mapping')
})
