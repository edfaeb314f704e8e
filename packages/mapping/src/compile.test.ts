import { expect, test } from 'vitest'
import { copy, defineMapping, sameKey, subqueryScope, table, valuesSql } from './index.ts'
import { sql } from './sql.ts'

const note = table('note', { id: 'bigint not null', rank: 'integer' }, { key: ['id'] })
const page = table('page', { id: 'bigint not null', data: 'jsonb not null default' }, { key: ['id'] })
const noteToPage = defineMapping({
  name: 'Note',
  legacy: note,
  target: page,
  identity: sameKey('id'),
  rules: [copy('rank').as('data.rank')],
})

test('a frame may say how slots of the target are read', () => {
  const frame = { legacy: 'l', target: 't', scope: subqueryScope(noteToPage) }
  const [rule] = noteToPage.rules
  if (!rule) throw new Error('the mapping has a rule')
  expect(valuesSql(noteToPage, rule, 'backward', frame)['rank']?.text).toContain(`"t"."data" -> 'rank'`)
  const read = valuesSql(noteToPage, rule, 'backward', {
    ...frame,
    read: ({ ref }) => sql`read_${{ text: ref.slice(5) }}`,
  })
  expect(read['rank']?.text).toBe('read_rank')
})
