import type { Queryable } from '@changeover/database'
import { fieldNamed, type Mapping, tableSql } from '@changeover/mapping'

/**
 * What the order of the keys depends on, as one text: the key columns with their types and, where they have one, the collation
 * and its version in the operating system. A cursor means something else as soon as this changes.
 *
 * @example 'id bigint' or 'code text collate "en-x-icu" 153.120'
 */
export async function readKeyDefinition(queryable: Queryable, { legacy }: Mapping): Promise<string> {
  const columns = legacy.key.map((name) => fieldNamed(legacy, name).column)
  const { rows } = await queryable.query<{ definition: string | null }>(
    `SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod),
        'collate "' || c.collname || '"', pg_collation_actual_version(c.oid)), ', ' ORDER BY named.place) AS definition
      FROM unnest($2::text[]) WITH ORDINALITY AS named(name, place)
        JOIN pg_attribute AS a ON a.attrelid = to_regclass($1) AND a.attname = named.name
        LEFT JOIN pg_collation AS c ON c.oid = a.attcollation`,
    [tableSql(legacy).text, columns],
  )
  return rows[0]?.definition ?? ''
}
