/** What examples take for granted without saying so: a mapping, a migration, a database. Each name is there for whoever uses it. */
import { createPoolDatabase } from '@changeover/database'
import { constant, copy, defineMapping, intoJson, mapValues, storedIn, table } from '@changeover/mapping'
import { defineMigration } from '@changeover/migration'

const note = table(
  'note',
  { id: 'bigint not null default', title: 'text not null', state: 'text', pinned: 'boolean' },
  { key: ['id'] },
)
const page = table(
  'page',
  {
    id: 'uuid not null default',
    kind: 'text not null',
    title: 'text not null',
    status: 'text',
    data: 'jsonb not null default',
  },
  { key: ['id'], where: { kind: 'note' } },
)

export const noteToPage = defineMapping({
  name: 'Note',
  legacy: note,
  target: page,
  identity: storedIn('data.legacy_id'),
  rules: [
    constant('kind', 'note'),
    copy('title'),
    mapValues('state', { open: 'todo', shut: 'done' }).as('status'),
    intoJson('data', 'pinned'),
  ],
})

export { noteToPage as taskToCard }
export const mappings = [noteToPage]
export const notes = defineMigration({ name: 'notes', targetModel: 'Page', mappings })

export const url = process.env['DATABASE_URL'] ?? 'postgres://localhost/none'
export const database = createPoolDatabase({ url })

/** Shows progress somewhere. */
export function show(_percent: number): void {}
