export const workTypes = ['project', 'sub_project', 'activity', 'sub_activity', 'task', 'subtask'] as const

export type WorkType = (typeof workTypes)[number]

/**
 * Which kinds of work an item may hold; the database enforces the same table.
 *
 * Every child stands later in `workTypes` than its parent, so a tree that obeys the table has no cycle
 * and at most six levels.
 */
export const allowedChildren: Readonly<Record<WorkType, readonly WorkType[]>> = {
  project: ['sub_project', 'activity', 'task'],
  sub_project: ['activity', 'task'],
  activity: ['sub_activity', 'task'],
  sub_activity: ['task'],
  task: ['subtask'],
  subtask: [],
}
