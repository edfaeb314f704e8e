import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addInstances, assign } from './assign.ts'
import { changeStatus } from './change-status.ts'
import { dashboard } from './dashboard.ts'
import { moveDueDate, overrideDueDate } from './move-due-date.ts'
import type { Model } from './model.ts'
import { type Home, openHome } from './supplier-task-home.fixture.ts'
import { projectWork } from './project-work.ts'
import { type SupplierWork, supplierWork } from './supplier-work.ts'

const today = '2026-01-20'

/** Counts written by hand over what a supplier sees, not by the statement of the dashboard. */
function counted(work: readonly SupplierWork[]) {
  const open = work.filter(({ status }) => status !== 'approved')
  return {
    overdue: open.filter(({ due }) => due < today).length,
    dueSoon: open.filter(({ due }) => due >= today && due <= '2026-01-27').length,
    blocked: work.filter(({ status }) => status === 'blocked').length,
  }
}

describe.each(['legacy-only', 'legacy-leads', 'target-leads', 'target-only'] as const)('in %s', (phase) => {
  let home: Home
  beforeAll(async () => {
    home = await openHome(phase)
  })
  afterAll(() => home.close())

  const inTransaction = <T>(work: (tx: Parameters<typeof assign>[0]) => Promise<T>) =>
    home.database.transaction(work)
  const suppliers = ['s-1', 's-2', 's-3', 's-4', 's-5', 's-6']
  const projects = ['p-1', 'p-2', 'p-3']

  async function everything(model: Model): Promise<readonly (SupplierWork & { supplier: string })[]> {
    const found = []
    for (const supplier of suppliers)
      for (const project of projects)
        for (const each of await supplierWork(home.database, model, supplier, project))
          found.push({ ...each, supplier })
    return found
  }

  /** What every version that may read answers; they must agree. */
  async function agreed<T>(ask: (model: Model) => Promise<T>): Promise<T> {
    const answers = []
    for (const model of home.readers) answers.push(await ask(model))
    const [first, ...others] = answers
    for (const other of others) expect(other).toEqual(first)
    return first as T // there is at least one reader
  }

  const workOf = (supplier: string, project: string) =>
    agreed((model) => supplierWork(home.database, model, supplier, project))
  const dueOf = async (id: string) => (await agreed(everything)).find((each) => each.id === id)?.due

  test('every version that reads gives the same tasks, sections among them', async () => {
    const work = await agreed(everything)
    expect(work.length).toBeGreaterThan(250)
    expect(new Set(work.map(({ section }) => section))).toContain('Review (R2, m-r3)')
  })

  test('every version that reads gives the same tasks of a project, each of which its suppliers have', async () => {
    for (const project of projects) {
      const templates = await agreed((model) => projectWork(home.database, model, project))
      expect(templates.length).toBeGreaterThan(20)
      const named = ({ section, task }: { section: string; task: string }) => `${section}: ${task}`
      const known = new Set(templates.map(named))
      for (const supplier of suppliers)
        for (const own of await workOf(supplier, project)) expect(known).toContain(named(own))
    }
  })

  test('the dashboard counts overdue, due and blocked tasks, per supplier and per section', async () => {
    const counts = await agreed((model) => dashboard(home.database, model, today))
    const work = await agreed(everything)
    const { bySupplier, bySection, ...all } = counts
    expect(all).toEqual(counted(work))
    expect(all.overdue * all.dueSoon * all.blocked).toBeGreaterThan(0)
    expect(bySupplier).toEqual(
      Object.fromEntries(
        [...Map.groupBy(work, ({ supplier }) => supplier)].map(([supplier, own]) => [supplier, counted(own)]),
      ),
    )
    const names = Map.groupBy(work, ({ section }) => section)
    for (const { name, ...own } of Object.values(bySection))
      if (name !== 'Review') expect([name, own]).toEqual([name, counted(names.get(name) ?? [])])
    expect(Object.keys(bySection).length).toBe(12)
  })

  test('a new due date of a template moves those without a date of their own, and no others', async () => {
    for (const [index, model] of home.writers.entries()) {
      const own = (await workOf('s-1', 'p-1')).slice(index * 4, index * 4 + 2)
      const [first, second] = own
      if (!first || !second) return expect.unreachable()
      const { rows } = await home.database.query<{ template: string }>(
        `select ${model.templateOf.text} as template from ${model.instances.text} where id = $1`,
        [first.id],
      )
      const template = rows[0]?.template ?? ''
      await inTransaction((tx) => overrideDueDate(tx, model, second.id, '2030-12-31'))
      await inTransaction((tx) => overrideDueDate(tx, model, first.id, null))
      const before = await agreed(everything)
      const moved = await inTransaction((tx) => moveDueDate(tx, model, template, '2031-02-28'))
      expect(await dueOf(first.id)).toBe('2031-02-28')
      expect(await dueOf(second.id)).toBe('2030-12-31')
      const after = await agreed(everything)
      const changed = after.filter((each, at) => each.due !== before[at]?.due)
      expect(changed.length).toBe(moved)
      expect(changed.every(({ task, due }) => task === first.task && due === '2031-02-28')).toBe(true)
    }
  })

  test('a status changes along its transitions, keeps a reason while it is blocked, and is refused otherwise', async () => {
    for (const model of home.writers) {
      const fresh = (await workOf('s-2', 'p-2')).find(({ status }) => status === 'not_started')
      const id = fresh?.id ?? ''
      const change = (to: SupplierWork['status'], reason?: string) =>
        inTransaction((tx) => changeStatus(tx, model, id, to, reason))
      const now = async () => {
        const found = (await workOf('s-2', 'p-2')).find((each) => each.id === id)
        return [found?.status, found?.blockedReason]
      }
      await change('blocked', 'no parts')
      expect(await now()).toEqual(['blocked', 'no parts'])
      await change('in_progress')
      expect(await now()).toEqual(['in_progress', null])
      await expect(change('approved')).rejects.toMatchObject({
        code: 'SUPPLIER_TASKS.TRANSITION_REFUSED',
        values: { from: 'in_progress', to: 'approved', allowed: ['submitted', 'blocked'] },
      })
      await change('submitted')
      await change('approved')
      await expect(change('in_progress')).rejects.toMatchObject({ code: 'SUPPLIER_TASKS.TRANSITION_REFUSED' })
      expect(await now()).toEqual(['approved', null])
      await expect(
        inTransaction((tx) => changeStatus(tx, model, 'nobody', 'in_progress')),
      ).rejects.toMatchObject({ code: 'SUPPLIER_TASKS.INSTANCE_NOT_FOUND' })
    }
  })

  test('assigning a supplier makes one task for each template, and none the second time', async () => {
    for (const [index, model] of home.writers.entries()) {
      const pair = [`s-${index + 1}`, index === 0 ? 'p-2' : 'p-1'] as const
      const templates = await templatesOf(model, pair[1])
      expect(await workOf(...pair)).toEqual([])
      expect(await inTransaction((tx) => assign(tx, model, ...pair))).toBe(templates)
      expect(await inTransaction((tx) => assign(tx, model, ...pair))).toBe(0)
      expect((await workOf(...pair)).map(({ status }) => status)).toEqual(
        Array.from({ length: templates }, () => 'not_started'),
      )
      await expect(inTransaction((tx) => assign(tx, model, 'nobody', 'p-1'))).rejects.toMatchObject({
        code: 'SUPPLIER_TASKS.ASSIGNMENT_UNKNOWN',
      })
    }
  })

  test('of two assignments at once the second waits, and adds nothing', async () => {
    for (const [index, model] of home.writers.entries()) {
      const pair = [`s-${index + 4}`, index === 0 ? 'p-2' : 'p-1'] as const
      const { added, second } = await atOnce((tx) => assign(tx, model, ...pair))
      expect(added).toBe(await templatesOf(model, pair[1]))
      expect(await second).toBe(0)
    }
  })

  test('(mutation) without the lock of the assignment the second of two at once fails', async () => {
    const [model] = home.writers
    if (!model) return expect.unreachable()
    await home.database.query(`insert into supplier_project_instance values ('bare', 's-3', 'p-3')`)
    const { second } = await atOnce((tx) => addInstances(tx, model, 'bare'))
    await expect(second).rejects.toMatchObject({ code: 'DATABASE.CONSTRAINT_VIOLATED' })
  })

  async function templatesOf(model: Model, project: string): Promise<number> {
    const { rows } = await home.database.query<{ count: number }>(
      `select count(*)::int as count from ${model.templates.text} where project_id = $1`,
      [project],
    )
    return rows[0]?.count ?? -1
  }

  /** Runs the work twice: the second begins while the first is not committed, and goes on when it is. */
  async function atOnce(
    work: (tx: Parameters<typeof assign>[0]) => Promise<number>,
  ): Promise<{ added: number; second: Promise<number> }> {
    let second: Promise<number> = Promise.resolve(-1)
    const added = await inTransaction(async (tx) => {
      const made = await work(tx)
      second = inTransaction(work)
      second.catch(() => {})
      await waiting()
      return made
    })
    await second.catch(() => {})
    return { added, second }
  }

  /** Until somebody waits for a lock in this database. */
  async function waiting(): Promise<void> {
    for (;;) {
      const { rows } = await home.database.query<{ waits: boolean }>(
        `select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as waits`,
      )
      if (rows[0]?.waits === true) return
    }
  }
})
