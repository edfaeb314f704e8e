import {
  constant,
  copy,
  defineMapping,
  drop,
  intoJson,
  localDateTime,
  type Mapping,
  mapValues,
  reference,
  type Rule,
  storedIn,
  table,
} from '@changeover/mapping'
import { boardToItem, ticketToItem } from './ticket.fixture.ts'

const { legacy, target, links: watchers } = ticketToItem
const status = { draft: 'todo', planned: 'todo', done: 'done' } as const
const zone = {
  date: 'startDate',
  time: 'startTime',
  zone: 'Europe/Berlin',
  residue: 'data.starts_at',
} as const

type Parts = Readonly<Record<string, Rule | readonly Rule[]>>

/** The rules of the tickets by name, so that a mutant can replace one. */
const right: Parts = {
  title: copy('title'),
  status: mapValues('status', status, { residue: 'data.legacy_status' }),
  priority: mapValues('priority', { low: 'low', critical: 'critical' }, { backward: { urgent: 'critical' } }),
  starts: localDateTime('startsAt', zone),
  json: intoJson('data', 'rank', 'cost', 'weight', 'extra', 'changedAt'),
  origin: reference('duplicateOf', 'self').as('origin'),
  board: reference('board', boardToItem).as('project'),
  search: drop('search', 'derived by a trigger'),
}

const give = (field: string) => drop(field, 'given up by a mutant')
const json = (...rest: readonly (readonly Rule[])[]) => rest.flat()
const others = (...kept: readonly ('rank' | 'cost' | 'weight' | 'extra' | 'changedAt')[]) =>
  kept.map((field) => intoJson('data', field))

/** Mistakes that people make in mappings, each in one place. */
const wrong: Readonly<Record<string, Parts>> = {
  'title is dropped and a default stands in': { title: [give('title'), constant('title', 'untitled')] },
  'planned becomes done': {
    status: mapValues('status', { ...status, planned: 'done' }, { residue: 'data.legacy_status' }),
  },
  'done becomes todo': {
    status: mapValues('status', { ...status, done: 'todo' }, { residue: 'data.legacy_status' }),
  },
  'draft becomes done': {
    status: mapValues('status', { ...status, draft: 'done' }, { residue: 'data.legacy_status' }),
  },
  'todo is spelled in capitals': {
    status: mapValues('status', { ...status, draft: 'TODO' }, { residue: 'data.legacy_status' }),
  },
  'the residue of the status is forgotten': { status: mapValues('status', status) },
  'the residue of the status has another name': {
    status: mapValues('status', status, { residue: 'data.status' }),
  },
  'the status is always todo': { status: [give('status'), constant('status', 'todo')] },
  'low and critical are swapped': { priority: mapValues('priority', { low: 'critical', critical: 'low' }) },
  'critical becomes urgent': { priority: mapValues('priority', { low: 'low', critical: 'urgent' }) },
  'low becomes critical': { priority: mapValues('priority', { low: 'critical', critical: 'critical' }) },
  'a priority has a space too many': {
    priority: mapValues('priority', { low: 'low ', critical: 'critical' }),
  },
  'the priority is dropped': { priority: give('priority') },
  'the priority is low for everybody': { priority: [give('priority'), constant('priority', 'low')] },
  'the time zone is UTC': { starts: localDateTime('startsAt', { ...zone, zone: 'UTC' }) },
  'the time zone is the neighbour': { starts: localDateTime('startsAt', { ...zone, zone: 'Europe/London' }) },
  'the residue of the repeated hour is forgotten': {
    starts: localDateTime('startsAt', { date: 'startDate', time: 'startTime', zone: 'Europe/Berlin' }),
  },
  'the start is dropped': { starts: give('startsAt') },
  'the rank is dropped': { json: json(...others('cost', 'weight', 'extra', 'changedAt'), [give('rank')]) },
  'the cost is dropped': { json: json(...others('rank', 'weight', 'extra', 'changedAt'), [give('cost')]) },
  'the weight is dropped': { json: json(...others('rank', 'cost', 'extra', 'changedAt'), [give('weight')]) },
  'the extra is dropped': { json: json(...others('rank', 'cost', 'weight', 'changedAt'), [give('extra')]) },
  'the change time is dropped': {
    json: json(...others('rank', 'cost', 'weight', 'extra'), [give('changedAt')]),
  },
  'rank and cost are swapped': {
    json: json(...others('weight', 'extra', 'changedAt'), [
      copy('rank').as('data.cost'),
      copy('cost').as('data.rank'),
    ]),
  },
  'cost and weight are swapped': {
    json: json(...others('rank', 'extra', 'changedAt'), [
      copy('cost').as('data.weight'),
      copy('weight').as('data.cost'),
    ]),
  },
  'a JSON key is misspelled': {
    json: json(...others('rank', 'cost', 'weight', 'extra'), [copy('changedAt').as('data.changedAt')]),
  },
  'the extra is nested once too deep': {
    json: json(...others('rank', 'cost', 'weight', 'changedAt'), [copy('extra').as('data.extras')]),
  },
  'the reference to the original is dropped': { origin: give('duplicateOf') },
  'the reference to the board is dropped': { board: give('board') },
  'origin and project are swapped': {
    origin: reference('duplicateOf', 'self').as('project'),
    board: reference('board', boardToItem).as('origin'),
  },
  'the board is kept as a number instead of a reference': { board: copy('board').as('data.board') },
}

function mutant(rules: Parts, more: Partial<Pick<Mapping, 'target' | 'links' | 'identity'>> = {}): Mapping {
  return defineMapping({
    name: 'Ticket',
    legacy,
    target: more.target ?? target,
    identity: more.identity ?? storedIn('data.legacy_id'),
    // The mutants are made at run time: the compiler cannot follow which rules they have.
    rules: Object.values({ ...right, ...rules }) as readonly Rule[] as never,
    links: more.links ?? watchers,
  })
}

const untyped = table(
  'item',
  {
    id: 'uuid not null default',
    type: 'text not null default',
    title: 'varchar(20) not null',
    status: 'text not null default',
    priority: 'text',
    startDate: 'date',
    startTime: 'time',
    origin: 'uuid',
    project: 'uuid',
    data: 'jsonb not null default',
  },
  { key: ['id'] },
)

/** Mutants by what is wrong with them. */
export const mutants: ReadonlyMap<string, Mapping> = new Map([
  ...Object.entries(wrong).map(([name, rules]) => [name, mutant(rules)] as const),
  ['the links are forgotten', mutant({}, { links: [] })],
  ['the discriminator is another one', mutant({ type: constant('type', 'note') }, { target: untyped })],
  ['the identity is kept under another key', mutant({}, { identity: storedIn('data.old_id') })],
])

/** The tickets written by the right rules, by the same way as the mutants. */
export const original: Mapping = mutant({})
