import type { Queryable } from '@changeover/database'

/** A key of an index: a column, or an expression as PostgreSQL prints it. `options` are DESC and NULLS FIRST or LAST. */
interface IndexKey {
  readonly column: string | null
  readonly printed: string
  readonly options: string
}

/** A valid index of a table as the catalog has it. */
export interface TableIndex {
  readonly name: string
  readonly method: string
  readonly isUnique: boolean
  readonly keys: readonly IndexKey[]
  /** The condition of a partial index, as PostgreSQL prints it. */
  readonly predicate: string | null
}

/** The valid indexes of a table. Cost: one statement on the catalog. */
export async function readIndexes(queryable: Queryable, regclass: string): Promise<readonly TableIndex[]> {
  const { rows } = await queryable.query<{ indexes: string }>(query, [regclass])
  return JSON.parse(rows[0]?.indexes ?? '[]') as readonly TableIndex[] // the statement builds this shape
}

const query = `SELECT coalesce(jsonb_agg(jsonb_build_object('name', c.relname, 'method', m.amname, 'isUnique', i.indisunique,
    'predicate', pg_get_expr(i.indpred, i.indrelid, true), 'keys', (
      SELECT jsonb_agg(jsonb_build_object('column', a.attname, 'printed', pg_get_indexdef(i.indexrelid, k::int, true),
          'options', CASE i.indoption[k - 1] & 3 WHEN 1 THEN 'DESC NULLS LAST' WHEN 2 THEN 'NULLS FIRST' WHEN 3 THEN 'DESC' ELSE '' END) ORDER BY k)
      FROM generate_series(1, i.indnkeyatts) AS k
        LEFT JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k - 1] AND i.indkey[k - 1] > 0)
  ) ORDER BY c.relname), '[]')::text AS indexes
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am AS m ON m.oid = c.relam
WHERE i.indrelid = to_regclass($1) AND i.indisvalid`
