import { workItemSystem } from '@changeover/work-items'
import { type Replayed, rowScript } from '../../legacy/replay.fixture.ts'

const staffTasks = {
  find: 'title=Replayed',
  create: {
    title: 'Replayed',
    priority: 'high',
    dueDate: '2026-03-04',
    estimatedHours: '2.50',
    assignees: ['1', '2'],
  },
  change: {
    status: 'completed',
    boardPosition: 7,
    geographicScope: { barangays: ['ä', null, 1.5] },
    assignees: ['2'],
  },
  wrong: { progress: '40' },
}

const projectWorkflows = {
  find: 'title=Replayed',
  create: {
    title: 'Replayed',
    primaryNeedId: '6e7b6d3e-6f4c-4e0d-9a55-0d1f4c9a7a01',
    initiatedDate: '2026-01-31',
    currentStage: 'approval',
    priorityLevel: 'urgent',
    estimatedBudget: '100.00',
  },
  change: { isBlocked: true, blockerDescription: 'no money', overallProgress: 30 },
  wrong: { currentStage: 'nowhere' },
}

const events = {
  find: 'title=Replayed',
  create: {
    title: 'Replayed',
    eventType: 'meeting',
    description: 'd',
    startDatetime: '2026-03-04T08:00:00.123456Z',
    organizer: '1',
    createdBy: '2',
    facilitators: ['3'],
  },
  change: { status: 'postponed', venue: 'Hall', coordinates: { lat: 7.1 } },
  wrong: { startDatetime: 'tomorrow' },
}

/** What clients of staff tasks, project workflows and events do. */
export const replayedWorkItems: Replayed = {
  system: workItemSystem,
  isCovered: ({ deprecated }) => deprecated === true,
  scripts: [
    rowScript('/api/staff-tasks', staffTasks),
    rowScript('/api/project-workflows', projectWorkflows),
    rowScript('/api/events', events),
    {
      name: 'nulls',
      steps: ['staff-tasks', 'project-workflows', 'events'].flatMap((path) => [
        { name: 'a page by time', method: 'GET', url: `/api/${path}?limit=20&sort=-createdAt&offset=3` },
        { name: 'first', method: 'GET', url: `/api/${path}?limit=1` },
        {
          name: 'a null where none may be',
          method: 'PATCH',
          url: `/api/${path}/{item}`,
          body: { title: null },
        },
      ]),
    },
  ],
}
