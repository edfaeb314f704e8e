/**
 * Stand-ins for the values of a catalogue entry: each one reads as its own name, `‹host›`.
 *
 * They answer whatever a message does with a value (print, join, map, take a member), so that the
 * list of errors is made by the very functions that make the errors.
 */
export function placeholders(): never {
  const values = new Proxy({}, { get: (_, key) => placeholder(String(key)) })
  return values as never // stands for any values: that is its whole point
}

function placeholder(path: string, owner = path): unknown {
  const text = `‹${path}›`
  return new Proxy(() => text, {
    get(_, key) {
      if (key === Symbol.toPrimitive || key === 'toString' || key === 'toJSON') return () => text
      if (key === Symbol.iterator) return () => [placeholder(path)].values()
      return placeholder(`${path}.${String(key)}`, path)
    },
    // The result of a method is shown as what it was called on: `tables.join(', ')` reads `‹tables›`.
    apply: () => placeholder(owner),
  })
}
