import { describe, expect, it } from 'vitest'
import {
  copy,
  defineMapping,
  docsOf,
  lookup,
  type Row,
  sameKey,
  type Table,
  table,
  toLegacy,
  toTarget,
} from '../index.ts'

const lead = { id: 'bigint not null', tenantId: 'integer', industry: 'text' } as const
const industry = table(
  'industry',
  { id: 'uuid not null', tenantId: 'integer not null', name: 'varchar(50) not null' },
  { key: ['id'] },
)
const legacy = table('lead', lead, { key: ['id'] })
const target = table('lead', { ...lead, industryRef: 'uuid' }, { key: ['id'] })
const by = { tenantId: 'tenantId', industry: 'name' } as const
const definition = { name: 'Lead', legacy, target, identity: sameKey('id') }
const mapping = defineMapping({
  ...definition,
  rules: [copy('tenantId'), lookup('industry', { in: industry, by, take: 'id' }).as('industryRef')],
})

const rows: readonly Row[] = [
  { id: 'a', tenantId: 1, name: 'tech' },
  { id: 'b', tenantId: 2, name: 'tech' },
  { id: 'c', tenantId: 1, name: 'twice' },
  { id: 'd', tenantId: 1, name: 'twice' },
]
const scope = {
  twin: () => null,
  original: () => null,
  find: (_table: Table, key: Row, take: string) => {
    const found = rows.filter((row) => Object.entries(key).every(([name, value]) => row[name] === value))
    return found.length === 1 ? (found[0]?.[take] ?? null) : null
  },
}

describe('a value', () => {
  it.each([
    [1, 'tech', 'a'],
    [2, 'tech', 'b'],
    [1, null, null],
  ])('of tenant %d, %s, refers to %s, and comes back', (tenantId, name, ref) => {
    const made = toTarget(mapping, { id: '1', tenantId, industry: name }, scope)
    expect(made).toEqual({ id: '1', tenantId, industryRef: ref })
    expect(toLegacy(mapping, made, scope)).toEqual({ id: '1', tenantId, industry: name })
  })

  it.each([
    [2, 'Tech', 'in another case'],
    [3, 'tech', 'of a tenant that has none'],
    [null, 'tech', 'of no tenant'],
    [1, 'twice', 'that two rows have'],
  ])('of tenant %s, %s, %s, is refused', (tenantId, name, _why) => {
    expect(() => toTarget(mapping, { id: '1', tenantId, industry: name }, scope)).toThrow(
      'has a value of which there is not exactly one row',
    )
  })
})

it('is refused backward where the row is gone', () => {
  expect(() => toLegacy(mapping, { id: '1', tenantId: 1, industryRef: 'z' }, scope)).toThrow(
    'refers to a row that does not exist',
  )
})

it('is refused where the columns cannot be compared or the row is not identified', () => {
  const rules = (options: object) => [
    copy('tenantId'),
    lookup('industry', { in: industry, by, take: 'id', ...options } as never).as('industryRef'),
  ]
  const define = (options: object) => defineMapping({ ...definition, rules: rules(options) } as never)
  expect(() => define({ take: 'name' })).toThrow('name does not identify a row of industry')
  expect(() => define({ by: { tenantId: 'name', industry: 'name' } })).toThrow(
    'tenantId and name cannot be compared.',
  )
  expect(() => define({ by: { tenantId: 'tenantId' } })).toThrow('industry is not among the fields')
  const narrow = table('lead', { ...lead, industry: 'varchar(20)' }, { key: ['id'] })
  expect(() => defineMapping({ ...definition, legacy: narrow, rules: rules({}) } as never)).toThrow(
    'cannot hold every name of industry.',
  )
})

it('is shown in the reference', () => {
  expect(docsOf(mapping)).toContain('id of the industry with the same tenantId and name')
})
