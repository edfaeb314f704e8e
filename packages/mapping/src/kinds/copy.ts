import { isInteger, isText, type ColumnType, typeText } from '../column-type.ts'
import { fit } from '../fit.ts'
import { at, type Rule, type RuleKind, rule } from '../rule.ts'
import { slotOf } from '../slot.ts'
import { fieldNamed, table } from '../table.ts'

interface Copy {
  readonly field: string
  readonly slot: string
}

/** Copies fields to target fields of the same name; `copy('a').as('b')` renames. The types must be of one family. */
export function copy<const F extends string>(
  field: F,
): readonly Rule<F, F>[] & { as<S extends string>(slot: S): Rule<F, S> }
export function copy<const F extends string>(...fields: readonly F[]): readonly Rule<F, F>[]
export function copy<const F extends string>(...fields: readonly F[]) {
  const rules = fields.map((field) => rule<F, F>('copy', { field, slot: field }))
  return Object.assign(rules, {
    as: <S extends string>(slot: S) => rule<F, S>('copy', { field: fields[0], slot }),
  })
}

export const copyKind: RuleKind<Copy> = {
  kind: 'copy',
  shape: ({ field, slot }, { legacy }) => ({
    reads: [field],
    restores: [field],
    writes: { [slot]: fieldNamed(legacy, field).type },
    same: { [slot]: field },
  }),
  check: ({ field, slot: ref }, { legacy, target }) => {
    const from = fieldNamed(legacy, field).type
    const slot = slotOf(target, ref)
    if (slot.jsonKey !== undefined || family(from) === family(slot.field.type)) return []
    const way = fit(from, slot.field.type) ? ' Use cast(…), which refuses rows that do not survive.' : ''
    return [`${typeText(from)} and ${typeText(slot.field.type)} are of different families.${way}`]
  },
  forward: ({ field, slot }, legacy) => ({ [slot]: legacy[field] ?? null }),
  forwardSql: ({ field, slot }, legacy) => ({ [slot]: at(legacy, field) }),
  backward: ({ field, slot }, target) => ({ [field]: target[slot] ?? null }),
  backwardSql: ({ field, slot }, target) => ({ [field]: at(target, slot) }),
  loss: () => ({ forward: { holds: 'all' }, backward: { holds: 'all' } }),
  doc: ({ field, slot }) =>
    slot.includes('.') ? 'typed key in JSON' : field === slot ? 'same name' : 'renamed',
  examples: [
    {
      name: 'columns of many types, one narrower and one wider, one into JSON',
      legacy: table(
        'copy_legacy',
        {
          id: 'bigint not null',
          title: 'varchar(20) not null',
          note: 'text',
          amount: 'numeric(8,2)',
          rank: 'integer',
          at: 'timestamptz',
          extra: 'jsonb',
        },
        { key: ['id'] },
      ),
      target: table(
        'copy_target',
        {
          id: 'bigint not null',
          title: 'varchar(40) not null',
          note: 'text',
          amount: 'numeric(10,2)',
          rank: 'smallint',
          at: 'timestamptz',
          data: 'jsonb not null default',
        },
        { key: ['id'] },
      ),
      rules: [...copy('title', 'note', 'amount', 'rank', 'at'), copy('extra').as('data.extra')],
    },
    {
      name: 'columns with defaults, which the way back gives where the target says nothing',
      legacy: table(
        'copy_default_legacy',
        {
          id: 'bigint not null',
          title: "varchar(20) not null default 'it''s new'",
          rank: 'integer not null default (-1)',
          hours: 'numeric(6,2) not null default 0',
          share: 'double precision not null default 0.1',
          done: 'boolean not null default false',
          day: "date not null default '2026-02-28'::date",
          tags: "jsonb not null default '[]'::jsonb",
        },
        { key: ['id'] },
      ),
      target: table(
        'copy_default_target',
        { id: 'bigint not null', title: 'text', rank: 'integer', data: 'jsonb not null default' },
        { key: ['id'] },
      ),
      rules: [
        ...copy('title', 'rank'),
        ...['hours', 'share', 'done', 'day', 'tags'].map((field) => copy(field).as(`data.${field}`)),
      ],
    },
  ],
}

function family({ base, ...type }: ColumnType): string {
  if (base === 'char') return typeText({ base, ...type })
  if (isText({ base })) return 'text'
  return isInteger({ base }) ? 'integer' : base
}
