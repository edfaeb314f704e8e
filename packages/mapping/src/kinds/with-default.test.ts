import { describe, expect, it } from 'vitest'
import { defineMapping, docsOf, lossOf, sameKey, table, toLegacy, toTarget, withDefault } from '../index.ts'

const scope = { twin: () => null, original: () => null, find: () => null }
const legacy = table('note', { id: 'bigint not null', hours: 'numeric(6,2)' }, { key: ['id'] })
const target = table(
  'page',
  { id: 'bigint not null', effort: 'numeric(6,2)', data: 'jsonb' },
  { key: ['id'] },
)
const definition = { name: 'Note', legacy, target, identity: sameKey('id') }

describe('a default without residue', () => {
  const mapping = defineMapping({ ...definition, rules: [withDefault('hours', '0.00').as('effort')] })

  it('stands for NULL, which does not come back', () => {
    expect(toTarget(mapping, { id: '1', hours: null }, scope)).toEqual({ id: '1', effort: '0.00' })
    expect(toTarget(mapping, { id: '1', hours: '1.50' }, scope)).toEqual({ id: '1', effort: '1.50' })
    expect(toLegacy(mapping, { id: '1', effort: '0.00' }, scope)).toEqual({ id: '1', hours: '0.00' })
    expect(lossOf(mapping)[0]?.forward).toEqual({ holds: 'part', why: 'hours NULL becomes "0.00"' })
  })

  it('reads NULL as NULL, which is no exact reading', () => {
    expect(toLegacy(mapping, { id: '1', effort: null }, scope)).toEqual({ id: '1', hours: null })
    expect(lossOf(mapping)[0]?.backward.holds).toBe('part')
  })
})

describe('a default with residue', () => {
  const rules = [withDefault('hours', '0.00', { residue: 'data.hours_were_null' }).as('effort')] as const
  const mapping = defineMapping({ ...definition, rules })
  const back = (effort: string, data: { readonly hours_were_null?: boolean }) =>
    toLegacy(mapping, { id: '1', effort, data }, scope)['hours']

  it('gives NULL back as long as the target keeps the default', () => {
    expect(toTarget(mapping, { id: '1', hours: null }, scope)).toEqual({
      id: '1',
      effort: '0.00',
      data: { hours_were_null: true },
    })
    expect(toTarget(mapping, { id: '1', hours: '0.00' }, scope)).toEqual({
      id: '1',
      effort: '0.00',
      data: {},
    })
    expect(back('0.00', { hours_were_null: true })).toBeNull()
    expect(back('0.00', {})).toBe('0.00')
    expect(back('2.00', { hours_were_null: true })).toBe('2.00')
  })

  it('is shown in the reference', () => {
    expect(docsOf(mapping)).toContain('NULL becomes "0.00"; that it was NULL is kept in data.hours_were_null')
  })
})

it.each([['0'], [0], [null]])(
  'is refused where %j is not how PostgreSQL spells a value of the field',
  (value) => {
    expect(() => defineMapping({ ...definition, rules: [withDefault('hours', value).as('effort')] })).toThrow(
      'is no value of hours',
    )
  },
)
