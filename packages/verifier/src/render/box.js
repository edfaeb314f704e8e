/** The column of names keeps one width from report to report, so that reports can be compared line by line. */
const narrowestNames = 16
/** A table drawn with lines. The first row is the head, the first column are names; cells are padded to the widest of their column. */
export function box(rows) {
  const [head = [], ...body] = rows
  const widths = head.map((_cell, column) =>
    Math.max(column === 0 ? narrowestNames : 0, ...rows.map((row) => lengthOf(row[column] ?? ''))),
  )
  const line = (left, between, right) =>
    `${left}${widths.map((width) => '─'.repeat(width + 2)).join(between)}${right}`
  const text = (row) =>
    `│${widths.map((width, column) => ` ${padded(row[column] ?? '', width)} `).join('│')}│`
  return [line('┌', '┬', '┐'), text(head), line('├', '┼', '┤'), ...body.map(text), line('└', '┴', '┘')]
}
function padded(cell, width) {
  return cell + ' '.repeat(Math.max(0, width - lengthOf(cell)))
}
function lengthOf(cell) {
  return [...cell].length
}
//# sourceMappingURL=box.js.map
