import { describe, expect, test } from 'vitest'
import {
  constant,
  copy,
  defineMapping,
  docsOf,
  inOrder,
  links,
  lossOf,
  mapValues,
  sameKey,
  storedIn,
  table,
} from './index.ts'

const note = table(
  'note',
  { id: 'bigint not null default', title: 'varchar(50) not null', state: 'text' },
  { key: ['id'] },
)
const page = table(
  'page',
  {
    id: 'uuid not null default',
    title: 'varchar(80) not null',
    status: 'text',
    data: 'jsonb not null default',
  },
  { key: ['id'] },
)

const definition = { name: 'Note', legacy: note, target: page, identity: storedIn('data.legacy_id') } as const
/** As an untyped caller would: the compiler's own check is tested in mapping.test-d.ts. */
const untyped = defineMapping as unknown as (definition: object) => ReturnType<typeof defineMapping>

describe('a mapping is refused', () => {
  test('when a legacy field is given back by no rule', () => {
    expect(() => untyped({ ...definition, rules: [copy('title')] })).toThrow(
      expect.objectContaining({
        code: 'MAPPING.LEGACY_FIELD_UNREAD',
        values: { mapping: 'Note', field: 'state' },
      }),
    )
  })

  test('when a required target field is written by no rule', () => {
    expect(() =>
      untyped({ ...definition, rules: [copy('title').as('data.title'), copy('state').as('status')] }),
    ).toThrow(
      expect.objectContaining({
        code: 'MAPPING.TARGET_FIELD_UNWRITTEN',
        values: { mapping: 'Note', field: 'title' },
      }),
    )
  })

  test('when a field is written twice, as a whole or in part', () => {
    expect(() => untyped({ ...definition, rules: [copy('title'), copy('state').as('title')] })).toThrow(
      expect.objectContaining({ code: 'MAPPING.FIELD_WRITTEN_TWICE' }),
    )
    expect(() =>
      untyped({ ...definition, rules: [copy('title'), copy('state').as('data.legacy_id')] }),
    ).toThrow(expect.objectContaining({ code: 'MAPPING.FIELD_WRITTEN_TWICE' }))
  })

  test('when its links would need an owner of several columns', () => {
    const legacy = table(
      'note',
      { id: 'bigint not null', no: 'bigint not null', title: 'text not null' },
      { key: ['id', 'no'] },
    )
    const side = {
      table: table('tag', { id: 'bigint not null', tag: 'text not null' }, { key: ['id'] }),
      owner: 'id',
      values: ['tag'],
    }
    const identity = storedIn('data.id', 'data.no')
    expect(() =>
      untyped({
        ...definition,
        legacy,
        identity,
        rules: [copy('title').as('data.title'), constant('title', 'x')],
        links: [links('tags', side, side)],
      }),
    ).toThrow(expect.objectContaining({ code: 'MAPPING.RULE_MISFIT' }))
  })

  test('when a rule would write a column that the database generates', () => {
    const legacy = table(
      'note',
      { id: 'bigint not null', title: 'varchar(50) not null generated' },
      { key: ['id'] },
    )
    expect(() => untyped({ ...definition, legacy, rules: [copy('title')] })).toThrow(
      expect.objectContaining({ code: 'MAPPING.RULE_MISFIT' }),
    )
  })

  test('when its identity keeps in JSON a key whose text follows the session', () => {
    const legacy = table('note', { id: 'date not null', title: 'varchar(50) not null' }, { key: ['id'] })
    expect(() => untyped({ ...definition, legacy, rules: [copy('title')] })).toThrow(
      expect.objectContaining({ code: 'MAPPING.IDENTITY_MISFIT' }),
    )
  })

  test('when it names a field or a kind that is not there', () => {
    expect(() => untyped({ ...definition, rules: [copy('titel')] })).toThrow(
      expect.objectContaining({ code: 'MAPPING.FIELD_UNKNOWN' }),
    )
    expect(() => untyped({ ...definition, rules: [{ kind: 'magic', params: {} }] })).toThrow(
      expect.objectContaining({ code: 'MAPPING.KIND_UNKNOWN' }),
    )
  })

  test('when its key may be null, is missing, or does not fit its identity', () => {
    const keyed = (spec: string) => table('note', { id: spec, title: 'text', state: 'text' }, { key: ['id'] })
    expect(() => untyped({ ...definition, legacy: keyed('bigint'), rules: [] })).toThrow(
      expect.objectContaining({ code: 'MAPPING.KEY_NULLABLE' }),
    )
    expect(() => table('note', { id: 'bigint' }, { key: [] })).toThrow(
      expect.objectContaining({ code: 'MAPPING.KEY_MISSING' }),
    )
    expect(() => untyped({ ...definition, identity: sameKey('id'), rules: [] })).toThrow(
      expect.objectContaining({ code: 'MAPPING.IDENTITY_MISFIT' }),
    )
  })

  test('with every problem in its values, not only the first', () => {
    let problems: readonly unknown[] = []
    try {
      untyped({ ...definition, rules: [] })
    } catch (error) {
      problems = (error as { problems: readonly unknown[] }).problems
    }
    expect(problems).toHaveLength(3)
  })
})

describe('a mapping', () => {
  const mapping = defineMapping({
    ...definition,
    rules: [copy('title'), mapValues('state', { open: 'todo', shut: 'done' }).as('status')],
  })

  test('is frozen data', () => {
    expect(Object.isFrozen(mapping)).toBe(true)
    expect(Object.isFrozen(mapping.rules[1]?.rule.params)).toBe(true)
  })

  test('has a hash that follows its meaning', () => {
    const again = defineMapping({
      ...definition,
      rules: [copy('title'), mapValues('state', { open: 'todo', shut: 'done' }).as('status')],
    })
    const other = defineMapping({
      ...definition,
      rules: [copy('title'), mapValues('state', { open: 'done', shut: 'todo' }).as('status')],
    })
    expect(again.hash).toBe(mapping.hash)
    expect(other.hash).not.toBe(mapping.hash)
  })

  test('says what it keeps, rule by rule', () => {
    expect(lossOf(mapping)).toEqual([
      {
        rule: 'copy(title)',
        legacy: ['title'],
        target: ['title'],
        forward: { holds: 'all' },
        backward: { holds: 'all' },
      },
      {
        rule: 'map-values(state)',
        legacy: ['state'],
        target: ['status'],
        forward: { holds: 'all' },
        backward: { holds: 'all' },
      },
    ])
  })

  test('documents itself', () => {
    expect(docsOf(mapping)).toContain(
      '| `state` text | `status` text | open → todo, shut → done | exact | exact |',
    )
  })
})

test('mappings come after those they refer to', () => {
  const first = defineMapping({
    ...definition,
    name: 'First',
    rules: [copy('title', 'state').slice(0, 1), copy('state').as('status')],
  })
  const second = { ...first, name: 'Second', refersTo: new Map([['First', first]]) }
  expect(inOrder([second, first]).map(({ name }) => name)).toEqual(['First', 'Second'])
  const circle = { ...first, refersTo: new Map([['Second', second]]) }
  const back = { ...second, refersTo: new Map([['First', circle]]) }
  expect(() => inOrder([circle, back])).toThrow(expect.objectContaining({ code: 'MAPPING.REFERENCE_CYCLE' }))
})
