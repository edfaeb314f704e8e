/** The column of names keeps one width from report to report, so that reports can be compared line by line. */
const narrowestNames = 16

/** A table drawn with lines. The first row is the head, the first column are names; cells are padded to the widest of their column. */
export function box(rows: readonly (readonly string[])[]): readonly string[] {
  const [head = [], ...body] = rows
  const widths = head.map((_cell, column) =>
    Math.max(column === 0 ? narrowestNames : 0, ...rows.map((row) => lengthOf(row[column] ?? ''))),
  )
  const line = (left: string, between: string, right: string) =>
    `${left}${widths.map((width) => '─'.repeat(width + 2)).join(between)}${right}`
  const text = (row: readonly string[]) =>
    `│${widths.map((width, column) => ` ${padded(row[column] ?? '', width)} `).join('│')}│`
  return [line('┌', '┬', '┐'), text(head), line('├', '┼', '┤'), ...body.map(text), line('└', '┴', '┘')]
}

function padded(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - lengthOf(cell)))
}

function lengthOf(cell: string): number {
  return [...cell].length
}
