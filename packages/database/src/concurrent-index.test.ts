import { expect, test } from 'vitest'
import { readConcurrentIndex } from './concurrent-index.ts'
import { errors } from './index.ts'

test.each([
  ['create index concurrently by_day on tasks (day)', 'by_day', 'tasks'],
  ['  CREATE UNIQUE INDEX\n CONCURRENTLY IF NOT EXISTS by_day ON ONLY app.tasks(day)', 'by_day', 'app.tasks'],
  [
    'create index concurrently "By ""Day""" on "My App" . "Tasks" (day)',
    '"By ""Day"""',
    '"My App" . "Tasks"',
  ],
  ['create index concurrently größe on über using btree (größe)', 'größe', 'über'],
])('reads the index and its table from: %s', (statement, name, table) => {
  expect(readConcurrentIndex(statement)).toEqual({ name, table })
})

test.each(['drop index concurrently by_day', 'vacuum tasks', 'refresh materialized view concurrently days'])(
  'finds none in: %s',
  (statement) => {
    expect(readConcurrentIndex(statement)).toBeUndefined()
  },
)

test.each([
  'create index concurrently on tasks (day)',
  'create index concurrently if not exists on tasks (day)',
])('refuses an index without a name: %s', (statement) => {
  expect(() => readConcurrentIndex(statement)).toThrow(errors.INDEX_NAMELESS({ statement }).message)
})
