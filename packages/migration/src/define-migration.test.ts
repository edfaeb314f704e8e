import { copy, defineMapping, type Mapping, storedIn, table } from '@changeover/mapping'
import { expect, test } from 'vitest'
import { defineConfig } from './define-config.ts'
import { defineMigration } from './define-migration.ts'
import { errors } from './errors.ts'

const legacy = table('customer', { id: 'bigint not null', name: 'text not null' }, { key: ['id'] })
const target = table(
  'party',
  { id: 'uuid not null default', customerId: 'bigint', name: 'text not null' },
  { key: ['id'] },
)
const mapping = (name: string) =>
  defineMapping({ name, legacy, target, identity: storedIn('customerId'), rules: [copy('name')] })

test('a migration keeps its mappings and the usual flag names', () => {
  const migration = defineMigration({ name: 'crm', mappings: [mapping('Customer')], targetModel: 'Party' })
  expect(migration).toMatchObject({ name: 'crm', targetModel: 'Party', mappings: [{ name: 'Customer' }] })
  expect(migration.flags.dualWrite).toBe('DUAL_WRITE_ENABLED')
  expect(Object.isFrozen(migration)).toBe(true)
})

test('a flag can be named otherwise, the rest stay', () => {
  const flags = { dualWrite: 'CRM_DUAL' }
  const migration = defineMigration({
    name: 'crm',
    mappings: [mapping('Customer')],
    targetModel: 'Party',
    flags,
  })
  expect(migration.flags).toMatchObject({ dualWrite: 'CRM_DUAL', useTarget: 'USE_TARGET_MODEL' })
})

test.each(['', 'Work Items', '-crm', 'crm-', '1crm', 'crm_1'])('%j is refused as a name', (name) => {
  const define = () => defineMigration({ name, mappings: [mapping('Customer')], targetModel: 'Party' })
  expect(define).toThrow(expect.objectContaining({ code: errors.NAME_INVALID.code }))
})

test('a migration without a mapping is refused', () => {
  const define = () => defineMigration({ name: 'crm', mappings: [], targetModel: 'Party' })
  expect(define).toThrow(expect.objectContaining({ code: errors.MAPPINGS_MISSING.code }))
})

test('two mappings of one name are refused', () => {
  const mappings = [mapping('Customer'), mapping('Customer')]
  const define = () => defineMigration({ name: 'crm', mappings, targetModel: 'Party' })
  expect(define).toThrow(expect.objectContaining({ code: errors.MAPPING_TWICE.code }))
})

test('two mappings of one legacy row are refused, and of rows of one table each are not', () => {
  const kinds = { id: 'bigint not null', kind: 'text not null', name: 'text not null' } as const
  const of = (name: string, where?: Readonly<Record<string, string | readonly string[]>>) =>
    defineMapping({
      name,
      legacy: table('customer', kinds, { key: ['id'], ...(where && { where }) }),
      target: table(
        `${name.toLowerCase()}_party`,
        { id: 'uuid not null default', customerId: 'bigint', kind: 'text', name: 'text not null' },
        { key: ['id'] },
      ),
      identity: storedIn('customerId'),
      rules: [copy('kind', 'name')],
    })
  const define = (...mappings: readonly Mapping[]) =>
    defineMigration({ name: 'crm', mappings, targetModel: 'Party' })
  const twice = expect.objectContaining({
    code: errors.LEGACY_MAPPED_TWICE.code,
    values: { migration: 'crm', table: 'customer', mappings: 'Person, Address' },
  })
  expect(() => define(of('Person'), of('Address'))).toThrow(twice)
  expect(() => define(of('Person', { kind: ['a', 'b'] }), of('Address', { kind: 'b' }))).toThrow(twice)
  expect(() => define(of('Person', { kind: 'a' }), of('Address'))).toThrow(twice)
  expect(define(of('Person', { kind: 'a' }), of('Firm', { kind: 'b' })).mappings).toHaveLength(2)
})

test('two migrations of one name are refused', () => {
  const one = defineMigration({ name: 'crm', mappings: [mapping('Customer')], targetModel: 'Party' })
  const define = () => defineConfig({ migrations: [one, one], database: { url: 'postgres://localhost/crm' } })
  expect(define).toThrow(expect.objectContaining({ code: errors.NAME_TWICE.code }))
})
