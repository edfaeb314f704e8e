import { typeText } from './column-type.ts'
import { fit } from './fit.ts'
import type { Shape, Tables } from './rule.ts'
import { slotOf } from './slot.ts'

/** The slots whose column cannot carry what a rule writes there or give it back, each as one sentence. */
export function misfits(
  { writes }: Pick<Shape, 'writes'>,
  { target }: Pick<Tables, 'target'>,
): readonly string[] {
  return Object.entries(writes).flatMap(([ref, type]) => {
    const { jsonKey, field } = slotOf(target, ref)
    if (jsonKey !== undefined || (fit(type, field.type) && fit(field.type, type))) return []
    return [`${ref} is ${typeText(field.type)} and cannot carry ${typeText(type)}.`]
  })
}
