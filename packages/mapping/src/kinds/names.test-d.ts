import {
  cast,
  computed,
  constant,
  decide,
  drop,
  firstReference,
  intoJson,
  localDateTime,
  lookup,
  type Mapping,
  children,
  reference,
  refuse,
  type Rule,
  splitJson,
  type Table,
  table,
  value,
  withDefault,
} from '../index.ts'

// Checked by `pnpm typecheck`; nothing here runs. Every builder carries the names that it gives back and writes.

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
declare function names<Gives extends string, Writes extends string>(
  of: Rule<Gives, Writes>,
): [gives: Gives, writes: Writes]
declare function is<Expected>(): <Actual>(
  actual: Actual,
  ...same: Same<Actual, Expected> extends true ? [] : [Expected]
) => void
declare const project: Mapping

is<['a', 'a']>()(names(cast('a')))
is<['a', 'b']>()(names(cast('a').as('b')))
is<[never, 'a']>()(names(computed('a', value(1))))
is<[never, 'a.b']>()(names(constant('a.b', 'task')))
is<['a', never]>()(names(drop('a', 'derived')))
is<['a', 'a']>()(names(reference('a', 'self')))
is<['a', 'b']>()(names(reference('a', project).as('b')))
is<['a', 'a']>()(names(withDefault('a', 0)))
is<['a', 'b' | 'c.d']>()(names(withDefault('a', 0, { residue: 'c.d' }).as('b')))
is<[never, never]>()(names(refuse('a', 'x', 'is x')))
declare const child: Table
is<['a', 'b' | 'r' | 'l']>()(
  names(
    splitJson('a', {
      columns: { x: 'b' },
      lists: { y: children('l', { table: child, columns: { z: 'c' }, rest: 'd' }) },
      rest: 'r',
    }),
  ),
)
is<readonly Rule<'a' | 'b' | 'c', `data.${string}`>[]>()(intoJson('data', 'a', 'b', { c: 'd' }))
is<['a', 'd' | 't']>()(names(localDateTime('a', { date: 'd', time: 't', zone: 'UTC' })))
is<['a', 'd' | 't' | 'r']>()(names(localDateTime('a', { date: 'd', time: 't', zone: 'UTC', residue: 'r' })))
is<['a' | 'b', 's' | 'r.a' | 'r.b']>()(
  names(
    decide({
      fields: ['a', 'b'],
      slot: 's',
      cases: [{ when: { a: true }, is: 'x' }],
      otherwise: 'y',
      residue: { a: 'r.a', b: 'r.b' },
      backward: {},
    }),
  ),
)
is<['a' | 'b', 's' | 'r.a' | 'r.b']>()(
  names(
    firstReference({
      candidates: [
        { field: 'a', to: 'self' },
        { field: 'b', to: project },
      ],
      slot: 's',
      residue: { a: 'r.a', b: 'r.b' },
    }),
  ),
)

const industry = table('industry', { id: 'uuid not null', tenant: 'integer', name: 'text' }, { key: ['id'] })
is<['a', 'b']>()(names(lookup('a', { in: industry, by: { t: 'tenant', a: 'name' }, take: 'id' }).as('b')))
// @ts-expect-error the looked-up table has no such field
lookup('a', { in: industry, by: { a: 'title' }, take: 'id' })
// @ts-expect-error the field itself is not looked up by
lookup('a', { in: industry, by: { t: 'tenant' }, take: 'id' })
// @ts-expect-error a field has no residue
firstReference({ candidates: [{ field: 'a', to: 'self' }], slot: 's', residue: {} })
decide({
  fields: ['a'],
  slot: 's',
  // @ts-expect-error a case asks for a field that decides nothing
  cases: [{ when: { b: 1 }, is: 'x' }],
  otherwise: 'y',
  residue: { a: 'r' },
  backward: {},
})
