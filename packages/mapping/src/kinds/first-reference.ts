import { typeText } from '../column-type.ts'
import type { Kept } from '../decision.ts'
import { storedIn } from '../identity.ts'
import type { Mapping } from '../mapping.ts'
import { misfits } from '../misfits.ts'
import { type Referred, referredTo, twinType, unreferable } from '../referred.ts'
import {
  at,
  type Row,
  type RowScope,
  type Rule,
  type RuleKind,
  rule,
  type SqlRow,
  type SqlScope,
} from '../rule.ts'
import { join, type Sql, same, sql } from '../sql.ts'
import { fieldNamed, table } from '../table.ts'
import type { Value } from '../value.ts'

interface FirstReference {
  readonly candidates: readonly { readonly field: string; readonly to: Referred }[]
  readonly slot: string
  readonly residue: Readonly<Record<string, string>>
}

export interface FirstReferenceDefinition<F extends string, S extends string, R> {
  /** Legacy references in the order in which they are asked. */
  readonly candidates: readonly { readonly field: F; readonly to: Mapping | 'self' }[]
  readonly slot: S
  /** Slots that keep the legacy keys exactly. */
  readonly residue: R
}

/**
 * The first of several legacy references that is not NULL becomes the key of its twin. The residue gives all of them back as
 * long as it leads to the target's value. After a change on the target side the new parent's key goes to the first candidate
 * whose mapping knows it; candidates before it become NULL, those after it keep the residue, until the row that it names goes.
 */
export function firstReference<const F extends string, const S extends string, const R extends Kept<F>>({
  candidates,
  slot,
  residue,
}: FirstReferenceDefinition<F, S, R>): Rule<F, S | R[F]> {
  const asked = candidates.map(({ field, to }) => ({ field, to: referredTo(to) }))
  const refersTo = candidates.flatMap(({ to }) => (to === 'self' ? [] : [to]))
  return rule('first-reference', { candidates: asked, slot, residue: { ...residue } }, refersTo)
}

export const firstReferenceKind: RuleKind<FirstReference> = {
  kind: 'first-reference',
  shape: ({ candidates, slot, residue }, tables) => {
    const fields = candidates.map(({ field }) => field)
    const kept = fields.map((name) => [residue[name] ?? name, fieldNamed(tables.legacy, name).type] as const)
    const twin = candidates[0] ? twinType(candidates[0].to, tables) : ({ base: 'text' } as const)
    const references = Object.fromEntries(candidates.map(({ field, to }) => [field, to.name]))
    return {
      reads: fields,
      restores: fields,
      references,
      keeps: residue,
      writes: { [slot]: twin, ...Object.fromEntries(kept) },
    }
  },
  check: (params, tables) => {
    const { candidates, residue } = params
    const types = new Set(candidates.map(({ to }) => typeText(twinType(to, tables))))
    const wrong = [
      ...(candidates.length === 0 ? ['it has no candidates.'] : []),
      ...candidates.flatMap(({ field, to }) => unreferable(field, to, tables)),
      ...candidates
        .filter(({ field }) => !residue[field])
        .map(({ field }) => `${field} has no slot in residue.`),
      ...(types.size > 1 ? [`the target keys are of different types: ${[...types].join(', ')}.`] : []),
    ]
    return wrong.length > 0 ? wrong : misfits(firstReferenceKind.shape(params, tables), tables)
  },

  forward: (params, legacy, scope) => ({
    [params.slot]: twinOf(params, legacy, scope),
    ...Object.fromEntries(
      params.candidates.map(({ field }) => [params.residue[field], legacy[field] ?? null]),
    ),
  }),
  forwardSql: (params, legacy, scope) => ({
    [params.slot]: twinSql(params, legacy, scope),
    ...Object.fromEntries(params.candidates.map(({ field }) => [params.residue[field], at(legacy, field)])),
  }),

  backward: (params, target, scope) => {
    const { candidates, slot } = params
    const parent = target[slot] ?? null
    const kept: Row = keptOf(params, (ref) => target[ref] ?? null)
    if (twinOf(params, kept, scope) === parent) return kept
    const owner =
      parent === null ? -1 : candidates.findIndex(({ to }) => scope.original(to.name, parent) !== null)
    return Object.fromEntries(
      candidates.map(({ field, to }, index) => {
        if (owner < 0 || index < owner) return [field, null]
        return [field, index === owner ? scope.original(to.name, parent) : (kept[field] ?? null)]
      }),
    )
  },
  backwardSql: (params, target, scope) => {
    const { candidates, slot } = params
    const parent = at(target, slot)
    const kept: SqlRow = keptOf(params, (ref) => at(target, ref))
    const agrees = same(twinSql(params, kept, scope), parent)
    const originals = candidates.map(({ to }) => scope.original(to.name, parent))
    return Object.fromEntries(
      candidates.map(({ field }, index) => {
        const before = originals
          .slice(0, index)
          .map((key) => sql`WHEN ${key} IS NOT NULL THEN ${at(kept, field)}`)
        const own = originals[index] ?? sql`NULL`
        return [
          field,
          sql`CASE ${join([sql`WHEN ${agrees} THEN ${at(kept, field)}`, ...before], ' ')} ELSE ${own} END`,
        ]
      }),
    )
  },

  loss: ({ residue }) => ({
    forward: { holds: 'residue', in: Object.values(residue) },
    backward: {
      holds: 'part',
      why: `a row of no candidate reads as NULL; ${Object.values(residue).join(', ')} may be stale`,
    },
  }),
  doc: ({ candidates }) => `the twin of ${candidates.map(({ field }) => field).join(', else of ')}`,
  examples: [
    {
      name: 'one to the same mapping, then two to others',
      legacy: table(
        'first_reference_legacy',
        { id: 'bigint not null', previous: 'bigint', project: 'uuid', event: 'uuid' },
        { key: ['id'] },
      ),
      target: table(
        'first_reference_target',
        { id: 'uuid not null', legacyId: 'bigint not null', parent: 'uuid', data: 'jsonb not null default' },
        { key: ['id'], unique: [['legacyId']] },
      ),
      rules: [
        firstReference({
          candidates: [
            { field: 'previous', to: 'self' },
            { field: 'project', to: other('project') },
            { field: 'event', to: other('event') },
          ],
          slot: 'parent',
          residue: { previous: 'data.previous', project: 'data.project', event: 'data.event' },
        }),
      ],
    },
  ],
}

/** A mapping to refer to in the example; it has no rules of its own. */
function other(name: string): Mapping {
  const legacy = table(`first_reference_${name}`, { id: 'uuid not null' }, { key: ['id'] })
  const fields = { id: 'uuid not null', legacyId: 'uuid not null' }
  const target = table(`first_reference_${name}_twin`, fields, { key: ['id'] })
  const identity = storedIn('legacyId')
  return { name, legacy, target, identity, rules: [], links: [], refersTo: new Map(), hash: name }
}

function keptOf<T>(
  { candidates, residue }: FirstReference,
  read: (ref: string) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(candidates.map(({ field }) => [field, read(residue[field] ?? field)]))
}

function twinOf({ candidates }: FirstReference, row: Row, scope: RowScope): Value {
  const first = candidates.find(({ field }) => (row[field] ?? null) !== null)
  return first ? scope.twin(first.to.name, row[first.field] ?? null) : null
}

function twinSql({ candidates }: FirstReference, row: SqlRow, scope: SqlScope): Sql {
  const whens = candidates.map(
    ({ field, to }) => sql`WHEN ${at(row, field)} IS NOT NULL THEN ${scope.twin(to.name, at(row, field))}`,
  )
  return sql`CASE ${join(whens, ' ')} END`
}
