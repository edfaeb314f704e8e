import { defineErrors } from '@changeover/errors'

/** The errors of this package. */
export const errors = defineErrors('SUPPLIER_TASKS', {
  INSTANCE_NOT_FOUND: {
    message: (v: { id: string }) => `There is no supplier's task ${v.id}.`,
    fix: 'Check the id; the task may have been deleted.',
  },
  TEMPLATE_NOT_FOUND: {
    message: (v: { id: string }) => `There is no task of a project ${v.id}.`,
    fix: 'Check the id; the task may have been taken out of the project.',
  },
  ASSIGNMENT_UNKNOWN: {
    message: (v: { supplier: string; project: string }) =>
      `${v.supplier} cannot be assigned to ${v.project}: one of them does not exist.`,
    fix: 'Check both ids, and create what is missing first.',
  },
  TRANSITION_REFUSED: {
    message: (v: { id: string; from: string; to: string; allowed: readonly string[] }) =>
      `The supplier's task ${v.id} cannot go from ${v.from} to ${v.to}; from there it can become ${v.allowed.join(', ') || 'nothing else'}.`,
    fix: 'Choose one of the statuses that it can go to.',
  },
})
