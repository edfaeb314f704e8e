import { errors } from './errors.ts'
import { fieldNamed, type Table } from './table.ts'

/** One side of a many-to-many: a link table, the column that points to the mapped row, the columns that say what it is linked with. */
export interface LinkSide {
  readonly table: Table
  readonly owner: string
  readonly values: readonly string[]
}

/** Link rows that follow their parent: a set of values for each row, the same set on both sides. */
export interface Links {
  readonly name: string
  readonly legacy: LinkSide
  readonly target: LinkSide
}

/**
 * Link rows of a mapping. Both link tables must hold nothing besides the owner and the values, which are of equal types.
 *
 * Errors: MAPPING.FIELD_UNKNOWN, MAPPING.RULE_MISFIT.
 */
export function links(name: string, legacy: LinkSide, target: LinkSide): Links {
  for (const side of [legacy, target])
    for (const field of [side.owner, ...side.values]) fieldNamed(side.table, field)
  if (legacy.values.length !== target.values.length || legacy.values.length === 0)
    throw errors.RULE_MISFIT({
      mapping: name,
      rule: `links(${name})`,
      why: 'both sides need the same number of values, at least one.',
    })
  return Object.freeze({ name, legacy: Object.freeze(legacy), target: Object.freeze(target) })
}
