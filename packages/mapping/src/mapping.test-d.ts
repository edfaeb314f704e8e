import { copy, defineMapping, drop, intoJson, mapValues, storedIn, table } from './index.ts'

// Checked by the compiler: each line below `@ts-expect-error` must not compile.

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

defineMapping({ ...definition, rules: [copy('title'), copy('state').as('status')] })
defineMapping({ ...definition, rules: [copy('title'), drop('state', 'derived')] })
defineMapping({ ...definition, rules: [copy('title'), intoJson('data', 'state')] })
defineMapping({ ...definition, rules: [copy('title'), mapValues('state', { a: 'b' }).as('status')] })

// @ts-expect-error no rule gives back state
defineMapping({ ...definition, rules: [copy('title')] })

// @ts-expect-error no rule writes the required title
defineMapping({ ...definition, rules: [copy('title').as('data.title'), copy('state').as('status')] })
