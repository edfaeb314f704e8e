import type { Queryable } from '@changeover/database'
import { sql } from '@changeover/mapping/sql'
import type { Model } from './model.ts'

/** How things stand; an approved task is neither overdue nor due. */
export interface Counts {
  /** The effective due date is before today. */
  readonly overdue: number
  /** The effective due date is today or within the next 7 days. */
  readonly dueSoon: number
  readonly blocked: number
}

export interface Dashboard extends Counts {
  /** By the key of the supplier; those with tasks only. */
  readonly bySupplier: Readonly<Record<string, Counts>>
  /** By the key of the section, which is that of the milestone it was; '' for tasks without one. */
  readonly bySection: Readonly<Record<string, Counts & { readonly name: string }>>
}

interface CountedGroup extends Counts {
  readonly scope: 'all' | 'supplier' | 'section'
  readonly id: string
  readonly name: string
}

/** Counts the tasks of all suppliers as of a day (`2026-01-31`). Cost: one statement. */
export async function dashboard(database: Queryable, model: Model, today: string): Promise<Dashboard> {
  const { instances, templates, templateOf, sections, sectionOf, sectionName } = model
  const { rows } = await database.query<CountedGroup>(
    sql`with task as (
      select s.supplier_id, t.${sectionOf} as section_id, i.status, coalesce(i.actual_due_date, i.due_date) as due
        from ${instances} as i join supplier_project_instance as s on s.id = i.supplier_project_instance_id
        join ${templates} as t on t.id = i.${templateOf}),
    counted as (
      select case when grouping(supplier_id) = 0 then 'supplier' when grouping(section_id) = 0 then 'section' else 'all' end as scope,
             coalesce(case when grouping(supplier_id) = 0 then supplier_id else section_id end, '') as id,
             count(*) filter (where due < $1::date and status <> 'approved')::int as overdue,
             count(*) filter (where due between $1::date and $1::date + 7 and status <> 'approved')::int as "dueSoon",
             count(*) filter (where status = 'blocked')::int as blocked
        from task group by grouping sets ((), (supplier_id), (section_id)))
    select c.*, coalesce(x.${sectionName}, '') as name from counted as c left join ${sections} as x on c.scope = 'section' and x.id = c.id`
      .text,
    [today],
  )
  const of = (scope: CountedGroup['scope']) => rows.filter((row) => row.scope === scope)
  const [all] = of('all')
  return {
    ...countsOf(all),
    bySupplier: Object.fromEntries(of('supplier').map((row) => [row.id, countsOf(row)])),
    bySection: Object.fromEntries(of('section').map((row) => [row.id, { ...countsOf(row), name: row.name }])),
  }
}

function countsOf(row: Counts | undefined): Counts {
  return { overdue: row?.overdue ?? 0, dueSoon: row?.dueSoon ?? 0, blocked: row?.blocked ?? 0 }
}
