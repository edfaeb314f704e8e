import { type ChildRows, children } from '../child-rows.ts'
import { documentOf } from '../document.ts'
import { jsonNull } from '../json-null.ts'
import type { LawExample, Rule } from '../rule.ts'
import { fieldNamed, table } from '../table.ts'
import type { Json, Value } from '../value.ts'

/** Values under a key: of each type, in another spelling, and none that any type has. */
const values: readonly Json[] = [
  'x',
  '',
  'ü "quoted" \\',
  '2026-03-29T02:30:00Z',
  '2026-03-29T02:30:00.000001+00:00',
  '2026-03-29 02:30',
  null,
  true,
  0,
  7,
  JSON.rawJSON('7.0'),
  0.5,
  JSON.rawJSON('0.90'),
  JSON.rawJSON('9007199254740993'),
  JSON.rawJSON('1000000000000000000000000000000'),
  'NaN',
  {},
  { deep: [null, JSON.rawJSON('1.10')] },
  [],
]

/** Items of a list: objects with each key in each form, others, and what is no object. */
function items({ columns, rest }: ChildRows): readonly Json[] {
  const keys = [...Object.keys(columns), rest, 'unknown']
  return [
    {},
    null,
    'text',
    5,
    [],
    [{}],
    ...values.map((value) => Object.fromEntries(keys.map((key) => [key, value]))),
    ...keys.map((key) => ({ [key]: 'x' })),
  ]
}

/** JSON that reaches every branch: no object, no key, each key in each form, lists of everything. */
export function documents(
  keys: readonly string[],
  lists: readonly (readonly [string, ChildRows])[],
): readonly Value[] {
  const every = [...keys, ...lists.map(([key]) => key), 'unknown']
  return [
    jsonNull,
    'text',
    [],
    {},
    ...values.map((value) => Object.fromEntries(every.map((key) => [key, value]))),
    ...lists.flatMap(([key, rows]) => [
      { [key]: items(rows) },
      ...items(rows).map((item) => ({ [key]: [item, {}, item] })),
    ]),
  ]
}

/** Stored lists: none, rows in every form, among them some that no rule makes. */
export function storedLists(rows: ChildRows): readonly Value[] {
  const columns = [...Object.values(rows.columns), rows.rest].map(
    (name) => fieldNamed(rows.table, name).column,
  )
  const stored = values.map((value) => Object.fromEntries(columns.map((column) => [column, value])))
  return [
    [],
    ...stored.map((row) => [row]),
    stored,
    items(rows),
    columns.map((column) => ({ [column]: 'x' })),
  ]
}

/** A state in one JSON value, and the same as a row with two lists of rows. */
export function splitJsonExample(
  split: (into: {
    readonly columns: Readonly<Record<string, string>>
    readonly lists: Readonly<Record<string, ChildRows>>
    readonly rest: string
  }) => Rule,
): LawExample {
  const state = table(
    'split_json_state',
    {
      id: 'bigint not null',
      input: 'text',
      steps: 'integer',
      score: 'double precision',
      amount: 'numeric(6,2)',
      seenAt: 'timestamptz',
      isOpen: 'boolean',
      result: 'jsonb',
      rest: 'jsonb',
    },
    { key: ['id'] },
  )
  const message = table(
    'split_json_message',
    {
      stateId: 'bigint not null',
      position: 'integer not null',
      role: 'varchar(8)',
      score: 'real',
      sentAt: 'timestamptz',
      data: 'jsonb',
      rest: 'jsonb not null default',
    },
    { key: ['stateId', 'position'] },
  )
  const rows = {
    table: message,
    columns: { role: 'role', score: 'score', sent_at: 'sentAt', data: 'data' },
    rest: 'rest',
  }
  const list = { table: message, owner: ['stateId'], position: 'position' }
  return {
    name: 'columns of each family, two lists, and the rest',
    legacy: table('split_json_legacy', { id: 'bigint not null', state: 'jsonb' }, { key: ['id'] }),
    target: documentOf('split_json_target', state, { messages: list, notes: list }),
    rules: [
      split({
        columns: {
          input: 'input',
          steps: 'steps',
          score: 'score',
          amount: 'amount',
          'seen at': 'seenAt',
          open: 'isOpen',
          result: 'result',
        },
        lists: { messages: children('messages', rows), "note's": children('notes', rows) },
        rest: 'rest',
      }),
    ],
  }
}
