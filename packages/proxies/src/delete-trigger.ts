import { tableSql } from '@changeover/mapping'
import { ident, sql } from '@changeover/mapping/sql'
import { own, replacedKey, whenNotFound } from './current-row.ts'
import { followDelete } from './foreign-keys.ts'
import { aliases, type Proxy, type ProxySet } from './proxy.ts'
import { insteadOf } from './trigger.ts'
import { replacedRow } from './update-trigger.ts'

/** Deletes the row of the target, after the legacy table's foreign keys have had their way with the rows that refer to it. */
export function deleteTrigger(set: ProxySet, proxy: Proxy): readonly string[] {
  const { mapping, table } = proxy
  const body = sql`${followDelete(set, proxy)}
    LOOP
      DELETE FROM ${tableSql(mapping.target)} AS t USING ${replacedKey(mapping)} WHERE ${replacedRow(set, proxy)};
      EXIT WHEN FOUND;${whenNotFound(set, mapping, table)}
    END LOOP;
    RETURN ${ident(aliases.replaced)};`
  return insteadOf(
    set,
    proxy,
    'delete',
    sql`
    ${own} boolean := FALSE;`,
    body,
  )
}
