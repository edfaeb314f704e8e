/** The known name that a mistyped one is most like, if it is like one at all. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  const measured = known.map((name) => ({
    name,
    edits: editsBetween(given.toLowerCase(), name.toLowerCase()),
  }))
  const [best] = measured.toSorted((left, right) => left.edits - right.edits)
  return best !== undefined && best.edits <= Math.max(2, given.length / 3) ? best.name : undefined
}

/** Insertions, deletions and replacements that turn one text into the other. Source: Levenshtein, 1966. */
function editsBetween(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_each, index) => index)
  for (const [index, char] of [...left].entries()) {
    const next = [index + 1]
    for (const [at, other] of [...right].entries())
      next.push(
        Math.min((next[at] ?? 0) + 1, (row[at + 1] ?? 0) + 1, (row[at] ?? 0) + (char === other ? 0 : 1)),
      )
    row = next
  }
  return row[right.length] ?? 0
}
