import { expect, it } from 'vitest'
import { intoJson } from '../index.ts'

it('copies each field into the key that is its name in snake_case', () => {
  expect(intoJson('taskData', 'boardPosition', 'domain')).toEqual([
    { kind: 'copy', params: { field: 'boardPosition', slot: 'taskData.board_position' } },
    { kind: 'copy', params: { field: 'domain', slot: 'taskData.domain' } },
  ])
})

it('renames where it is told to', () => {
  expect(intoJson('taskData', 'domain', { boardPosition: 'place' }).map(({ params }) => params)).toEqual([
    { field: 'domain', slot: 'taskData.domain' },
    { field: 'boardPosition', slot: 'taskData.place' },
  ])
})
