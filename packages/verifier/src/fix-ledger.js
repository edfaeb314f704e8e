export function createFixLedger(migration, authority) {
  let [settled, pending] = [null, null]
  return {
    async keep(tx, result) {
      if (result.changes.length === 0) return result
      pending = settled ?? (await begin(tx, migration, authority))
      await tx.query(
        `INSERT INTO changeover.fix_image (fix_id, mapping, side, row_key, row_before, row_after, links_before, links_after)
         SELECT $1::bigint, mapping, side, key::jsonb, was::json, is_now::json, links_were::json, links_are::json
         FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
           WITH ORDINALITY AS image(mapping, side, key, was, is_now, links_were, links_are, place) ORDER BY place`,
        [pending, ...columnsOf(result)],
      )
      return result
    },
    settle: () => {
      settled = pending
    },
    id: () => settled ?? null,
  }
}
async function begin(tx, migration, authority) {
  const { rows } = await tx.query(
    'INSERT INTO changeover.fix (migration, authority) VALUES ($1, $2) RETURNING id::text',
    [migration, authority],
  )
  return rows[0]?.id ?? ''
}
function columnsOf({ changes }) {
  return [
    changes.map(({ mapping }) => mapping.name),
    changes.map(({ side }) => side),
    changes.map(({ rowKey }) => JSON.stringify(rowKey)),
    changes.map(({ before }) => before?.row ?? null),
    changes.map(({ after }) => after?.row ?? null),
    changes.map(({ before }) => before?.links ?? '{}'),
    changes.map(({ after }) => after?.links ?? '{}'),
  ]
}
//# sourceMappingURL=fix-ledger.js.map
