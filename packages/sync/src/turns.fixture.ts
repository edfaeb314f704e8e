/** Named points in an interleaving of several sessions: one announces a point, others wait for it. No sleeps. */
export function turns<Point extends string>() {
  const points = new Map<Point, PromiseWithResolvers<void>>()
  const at = (point: Point) => {
    const known = points.get(point) ?? Promise.withResolvers<void>()
    points.set(point, known)
    return known
  }
  return {
    reach: (point: Point) => at(point).resolve(),
    reached: (point: Point) => at(point).promise,
  }
}
