/** The last verification of a migration that came to its end, as it was returned then. */
export async function lastVerification(database, migration) {
  const { rows } = await database.query(
    `SELECT result::text FROM changeover.verification WHERE migration = $1 AND finished_at IS NOT NULL
     ORDER BY finished_at DESC, id DESC LIMIT 1`,
    [migration],
  )
  return rows[0] && JSON.parse(rows[0].result) // written by the verification itself
}
//# sourceMappingURL=last-verification.js.map
