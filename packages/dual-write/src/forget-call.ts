import type { Mapping } from '@changeover/mapping'
import { ident, join, type Sql, sql } from '@changeover/mapping/sql'
import { forgetSql, type Keeper, keyNames, keyType } from '@changeover/sync'
import { callSync, declared, variables } from './sync-call.ts'

/** Variables for the keys of rows that keep legacy keys of others. */
export function declareKeepers(keepers: readonly Keeper[]): Sql {
  return join(
    keepers.map(({ mapping }, index) => declared(mapping, variables(mapping, `keeper${index}`))),
    '\n  ',
  )
}

/** Before rows of legacy go: whoever keeps their keys on the target forgets these, and is written, or legacy's foreign keys would object. */
export function forgetGone(migration: string, mapping: Mapping, keepers: readonly Keeper[], gone: Sql): Sql {
  return join(
    keepers.map((keeper, index) => {
      const found = variables(keeper.mapping, `keeper${index}`)
      const keys = keeper.mapping.legacy.key.map((field, at) => {
        return sql`array_agg(${ident(keyNames(keeper.mapping)[at] ?? '')}::${keyType(keeper.mapping, field)})`
      })
      return sql`WITH forgotten AS (${forgetSql(mapping, keeper, gone)})
      SELECT ${join(keys)} INTO ${join(found)} FROM forgotten WHERE k0 IS NOT NULL;
    IF ${found[0] ?? sql`NULL`} IS NOT NULL THEN PERFORM ${callSync(migration, keeper.mapping, 'backward', found, sql`FALSE`)}; END IF;
    `
    }),
    '',
  )
}
