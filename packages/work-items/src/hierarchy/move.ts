import type { Queryable } from '@changeover/database'
import { isFailure } from '@changeover/errors'

import { errors } from '../errors.ts'

const moveStatement = `
  update work_item set parent_id = $2, updated_at = now()
  where id = $1 and parent_id is distinct from $2::uuid`

/**
 * Places an item, with all that is below it, under another parent, or makes it a root (null).
 *
 * Returns whether it moved; it does not when it is there already. The database decides what is allowed, so a
 * refusal inside a transaction aborts it.
 *
 * Cost: one round trip, two when nothing moves; a row lock on the item and a key-share lock on the parent.
 * Errors: WORK_ITEMS.ITEM_NOT_FOUND, PARENT_NOT_FOUND, CHILD_NOT_ALLOWED, CYCLE_REFUSED.
 */
export async function move(database: Queryable, id: string, parentId: string | null): Promise<boolean> {
  const { rowCount } = await database
    .query(moveStatement, [id, parentId])
    .catch((error: unknown) => Promise.reject(refusalOf(error, id, parentId)))
  if (rowCount > 0) return true
  const { rowCount: known } = await database.query('select from work_item where id = $1', [id])
  if (known === 0) throw errors.ITEM_NOT_FOUND({ id })
  return false
}

function refusalOf(error: unknown, id: string, parentId: string | null): unknown {
  if (parentId === null || !isFailure(error, 'DATABASE.CONSTRAINT_VIOLATED')) return error
  const values = { id, parentId }
  switch (error.values['constraint']) {
    case 'work_item_parent_id_foreign':
      return errors.PARENT_NOT_FOUND(values, { cause: error })
    case 'work_item_parent_cycle_check':
      return errors.CYCLE_REFUSED(values, { cause: error })
    case 'work_item_parent_type_check':
      return errors.CHILD_NOT_ALLOWED({ ...values, said: saidBy(error) }, { cause: error })
    default:
      return error
  }
}

function saidBy(error: { readonly values: Readonly<Record<string, unknown>> }): string {
  const { said } = error.values
  return typeof said === 'string' ? said : 'its type does not allow it'
}
