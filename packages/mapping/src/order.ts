import { errors } from './errors.ts'
import type { Mapping } from './mapping.ts'

/**
 * Mappings in the order of their references: a mapping comes after those it refers to.
 *
 * Errors: MAPPING.REFERENCE_CYCLE; MAPPING.MAPPING_UNKNOWN where one refers to a mapping that is not in the list.
 */
export function inOrder(mappings: readonly Mapping[]): readonly Mapping[] {
  const ordered: Mapping[] = []
  const known = new Map(mappings.map((mapping) => [mapping.name, mapping]))
  const visit = (mapping: Mapping, path: readonly string[]) => {
    if (ordered.includes(mapping)) return
    if (path.includes(mapping.name))
      throw errors.REFERENCE_CYCLE({ cycle: [...path, mapping.name].join(' → ') })
    for (const [name, referred] of mapping.refersTo) {
      if (referred === mapping) continue
      const other = known.get(name)
      if (!other) throw errors.MAPPING_UNKNOWN({ name, known: [...known.keys()].join(', ') })
      visit(other, [...path, mapping.name])
    }
    ordered.push(mapping)
  }
  for (const mapping of mappings) visit(mapping, [])
  return ordered
}
