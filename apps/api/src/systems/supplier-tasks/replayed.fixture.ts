import { supplierTaskSystem } from '@changeover/supplier-tasks'
import { type Replayed, rowScript, type Script } from '../../legacy/replay.fixture.ts'

const templates = {
  find: 'notes=Replayed',
  create: {
    project: 'p-1',
    milestone: 'm-pa2',
    task: 't-m-pa2-1',
    dueDate: '2026-04-01',
    notes: 'Replayed',
    responsibleParties: ['Quality', { since: null }],
  },
  change: { dueDate: '0001-01-02', responsibleParties: null },
  wrong: { dueDate: 'soon' },
}

const instances = {
  find: 'notes=Replayed',
  create: {
    supplierProjectInstance: 'sp-1-1',
    projectMilestoneTask: 'pmt-1-t-m-fa-2',
    dueDate: '2026-04-01',
    notes: 'Replayed',
    submissionFiles: ['a.pdf'],
  },
  change: { status: 'blocked', blockedReason: 'no parts', actualDueDate: '2026-05-01', isApplied: false },
  wrong: { status: 'lost' },
}

const dates: Script['steps'] = [
  {
    name: 'a due date of its own',
    method: 'PUT',
    url: '/supplier-tasks/sti-10/due-date',
    body: { due: '2030-12-31' },
  },
  {
    name: 'a template that moves',
    method: 'PUT',
    url: '/project-tasks/pmt-1-t-m-r2-3/due-date',
    body: { due: '2031-02-28' },
  },
  {
    name: 'a template with an override',
    method: 'PUT',
    url: '/project-tasks/pmt-1-t-m-odd-1/due-date',
    body: { due: '2031-02-28' },
  },
  { name: 'what is due then', method: 'GET', url: '/supplier-tasks?supplier=s-1&project=p-1' },
  {
    name: 'the template back',
    method: 'PUT',
    url: '/project-tasks/pmt-1-t-m-r2-3/due-date',
    body: { due: '2026-02-03' },
  },
  {
    name: 'the other back',
    method: 'PUT',
    url: '/project-tasks/pmt-1-t-m-odd-1/due-date',
    body: { due: '2026-01-14' },
  },
  { name: 'no date of its own', method: 'PUT', url: '/supplier-tasks/sti-10/due-date', body: { due: null } },
  { name: 'no date', method: 'PUT', url: '/supplier-tasks/sti-10/due-date', body: { due: '2026-02-30' } },
  { name: 'no template', method: 'PUT', url: '/project-tasks/nothing/due-date', body: { due: '2026-02-03' } },
]

const status = (to: string, more: object = {}) => ({
  name: `to ${to}`,
  method: 'PUT' as const,
  url: '/supplier-tasks/sti-5/status',
  body: { status: to, ...more },
})

const statuses: Script['steps'] = [
  status('blocked', { reason: 'no parts' }),
  { name: 'with its reason', method: 'GET', url: '/supplier-tasks?supplier=s-1&project=p-1' },
  status('approved'),
  status('lost'),
  status('not_started'),
  { name: 'of nobody', method: 'PUT', url: '/supplier-tasks/nobody/status', body: { status: 'blocked' } },
]

const assignment: Script['steps'] = [
  { name: 'of one who has none yet', method: 'GET', url: '/supplier-tasks?supplier=s-1&project=p-2' },
  { name: 'assigned', method: 'POST', url: '/assignments', body: { supplier: 's-1', project: 'p-2' } },
  { name: 'and again', method: 'POST', url: '/assignments', body: { supplier: 's-1', project: 'p-2' } },
  { name: 'of nobody', method: 'POST', url: '/assignments', body: { supplier: 'nobody', project: 'p-2' } },
  { name: 'what there is to do', method: 'GET', url: '/supplier-tasks?supplier=s-1&project=p-2' },
  { name: 'taken away', method: 'DELETE', url: '/supplier-task-instances/{item}' },
]

const reading: Script['steps'] = [
  { name: 'the dashboard', method: 'GET', url: '/supplier-tasks/dashboard?today=2026-01-20' },
  { name: 'of no day', method: 'GET', url: '/supplier-tasks/dashboard?today=today' },
  { name: 'of a supplier', method: 'GET', url: '/supplier-tasks?supplier=s-2&project=p-2' },
  { name: 'of a project', method: 'GET', url: '/project-tasks?project=p-3' },
  { name: 'of none', method: 'GET', url: '/project-tasks' },
]

const at = (prefix: string, steps: Script['steps']): Script['steps'] =>
  steps.map((step) => ({ ...step, url: `${prefix}${step.url}` }))

/** What clients of V1 do. */
export const replayedSupplierTasks: Replayed = {
  system: supplierTaskSystem,
  isFilledFirst: true, // targets of templates may not be without a task
  isCovered: ({ deprecated }) => deprecated === true,
  scripts: [
    rowScript('/api/v1/project-milestone-tasks', templates),
    rowScript('/api/v1/supplier-task-instances', instances),
    { name: 'reading', steps: at('/api/v1', reading) },
    { name: 'due dates', steps: at('/api/v1', dates) },
    { name: 'statuses', steps: at('/api/v1', statuses) },
    {
      name: 'assignment',
      steps: at('/api/v1', assignment),
      isNew: /"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"/g,
    },
  ],
}
