/** The entities of the examples that use MikroORM, and the rules of the example that imports nothing. */
import { defineEntity, p } from '@mikro-orm/core'
import type { MikroORM, Options } from '@mikro-orm/postgresql'

export { constant, copy, defineMapping, drop, intoJson, mapValues, storedIn } from '@changeover/mapping'
export { tableOf } from '@changeover/mapping/mikro-orm'
export { StaffTask } from '@changeover/work-items'
export { MikroORM } from '@mikro-orm/postgresql'

export const Note = defineEntity({
  name: 'Note',
  tableName: 'note',
  properties: {
    id: p.bigint('string').primary().generated('by default as identity'),
    title: p.text(),
    state: p.string().length(10),
    color: p.text().nullable(),
    pinned: p.boolean(),
    createdAt: p.datetime(6),
    searchVector: p.text().nullable(),
  },
})

export const Page = defineEntity({
  name: 'Page',
  tableName: 'page',
  properties: {
    id: p.uuid().primary().defaultRaw('gen_random_uuid()'),
    kind: p.string().length(10),
    title: p.text(),
    status: p.string().length(10),
    createdAt: p.datetime(6),
    data: p.json().defaultRaw(`'{}'::jsonb`),
  },
})

export declare const options: Options
export declare const orm: MikroORM
/** Keys of a task and of a project among the work items. */
export declare const taskId: string
export declare const projectId: string
/** Keys of a task of a project and of a supplier among the supplier tasks. */
export declare const templateId: string
export declare const supplierId: string
