import { instanceStatuses } from '@changeover/supplier-tasks'
import { problems } from '../../documented.ts'
import { maxKeyLength } from '../../resource/entity-schema.ts'

export const key = { type: 'string', minLength: 1, maxLength: maxKeyLength }
export const date = { type: 'string', format: 'date' }
export const count = { type: 'integer', minimum: 0 }
const counts = { overdue: count, dueSoon: count, blocked: count }
const numbers = Object.keys(counts)
const countsSchema = { type: 'object', required: numbers, properties: counts }
export const dashboardSchema = {
  title: 'dashboard',
  type: 'object',
  required: [...numbers, 'bySupplier', 'bySection'],
  properties: {
    ...counts,
    bySupplier: { type: 'object', additionalProperties: countsSchema },
    bySection: {
      type: 'object',
      description: 'By key: that of the section, and of the milestone it was.',
      additionalProperties: {
        type: 'object',
        required: ['name', ...numbers],
        properties: { name: { type: 'string' }, ...counts },
      },
    },
  },
}
const text = { type: 'string' }
export const statuses = { type: 'string', enum: instanceStatuses }
export const workSchema = object('supplier task', {
  id: text,
  task: text,
  section: text,
  status: statuses,
  due: { ...date, description: 'The own date where there is one, otherwise that of the project.' },
  owner: text,
  notes: text,
  isApplied: { type: 'boolean' },
  blockedReason: { type: ['string', 'null'] },
})
export const projectSchema = object('project task', {
  id: text,
  task: text,
  section: text,
  due: date,
  notes: text,
})
export const oneKey = { type: 'object', required: ['id'], properties: { id: key } }
export const done = { 204: { type: 'null', description: 'It is so now.' }, ...problems }

export function object(title: string, properties: Readonly<Record<string, object>>) {
  return { title, type: 'object', required: Object.keys(properties), properties }
}

export function body(properties: Readonly<Record<string, object>>, optional: readonly string[] = []) {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', additionalProperties: false, required, properties }
}
