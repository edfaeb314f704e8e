import { defineErrors } from '@changeover/errors'

/** The errors of this package. */
export const errors = defineErrors('WORK_ITEMS', {
  ITEM_NOT_FOUND: {
    message: (v: { id: string }) => `There is no work item ${v.id}.`,
    fix: 'Check the id; the item may have been deleted.',
  },
  PARENT_NOT_FOUND: {
    message: (v: { id: string; parentId: string }) =>
      `Work item ${v.id} cannot be placed under ${v.parentId}: there is no such work item.`,
    fix: 'Choose a parent that exists, or null to make the item a root.',
  },
  CHILD_NOT_ALLOWED: {
    message: (v: { id: string; parentId: string; said: string }) =>
      `Work item ${v.id} cannot be placed under ${v.parentId}: ${v.said}.`,
    fix: 'Choose a parent that may hold it, or null: a root may be of any type.',
  },
  CYCLE_REFUSED: {
    message: (v: { id: string; parentId: string }) =>
      `Work item ${v.id} cannot be placed under ${v.parentId}: that is itself or one of its own descendants.`,
    fix: 'Choose a parent outside the subtree of this item.',
  },
  HIERARCHY_BROKEN: {
    message: (v: { id: string; levels: number }) =>
      `The hierarchy around work item ${v.id} has more than ${v.levels} levels, which the rules do not allow.`,
    fix: 'Look for rows written past the triggers of work_item (a restored dump, session_replication_role) and correct their parent_id.',
  },
})
