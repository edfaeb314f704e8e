import {
  at,
  fieldNamed,
  type Mapping,
  mappingNamed,
  type ResolvedRule,
  storedSql,
  type SqlScope,
  typeText,
  valuesSql,
} from '@changeover/mapping'
import { all, ident, join, literal, type Sql, sql, typeName } from '@changeover/mapping/sql'
import { aliases, inSchema, type ProxySet } from './proxy.ts'
import { type ProxyFunction, valueOf } from './read-functions.ts'
import { functionScope } from './reference-functions.ts'

/** A rule whose fields refer to other rows, and the function that answers all of them at once. */
export interface ReferenceRule {
  readonly resolved: ResolvedRule
  /** Where the answer stands in a row of the view. */
  readonly alias: string
  readonly name: Sql
}

/** The rules of a mapping that ask other rows. */
export function referenceRules(set: ProxySet, mapping: Mapping): readonly ReferenceRule[] {
  return mapping.rules.flatMap((resolved, index) =>
    resolved.shape.references === undefined || resolved.shape.restores.length === 0
      ? []
      : [
          {
            resolved,
            alias: `changeover_refers_${index}`,
            name: inSchema(set, `refers_${index}_of_${mapping.name}`),
          },
        ],
  )
}

/** `CROSS JOIN LATERAL (SELECT … AS answer OFFSET 0) AS refers_7`: asked once for each row, not at all where the row refers to nothing. */
export function askedOnce(rules: readonly ReferenceRule[]): Sql {
  return join(
    rules.map(({ resolved, alias, name }) => {
      const stored = resolved.slots.map(({ slot }) => storedSql(slot, aliases.target))
      const nothing = all(stored.map((each) => sql`${each} IS NULL`))
      return sql`
  CROSS JOIN LATERAL (SELECT CASE WHEN ${nothing} THEN NULL ELSE ${name}(${join(stored)}) END AS answer OFFSET 0) AS ${ident(alias)}`
    }),
    '',
  )
}

/** A legacy field of the rule, as the answer has it. */
export function answered({ alias }: ReferenceRule, column: string): Sql {
  return sql`(${ident(alias, 'answer')}).${ident(column)}`
}

/** The functions, each with the composite type of its answer. */
export function referenceRuleFunctions(set: ProxySet, mapping: Mapping): readonly ProxyFunction[] {
  return referenceRules(set, mapping).map((rule) => functionOf(set, mapping, rule))
}

function functionOf(set: ProxySet, mapping: Mapping, { resolved, name }: ReferenceRule): ProxyFunction {
  const { shape, slots } = resolved
  const parameters = slots.map(({ slot }, index) => ({
    slot,
    name: ident(`changeover_${index}`),
    type: typeName(slot.jsonKey === undefined ? typeText(slot.field.type) : 'jsonb'),
  }))
  const read = slots.map(({ slot, type }, index) => ({
    ref: slot.ref,
    name: ident(`changeover_read_${index}`),
    type: typeName(typeText(type)),
    value: valueOf(set, slot, type, parameters[index]?.name ?? sql`NULL`),
  }))
  const { scope, twins } = rememberedScope(set, mapping)
  const values = valuesSql(mapping, resolved, 'backward', {
    legacy: aliases.written,
    target: aliases.target,
    scope,
    read: ({ ref }) => read.find((each) => each.ref === ref)?.name ?? sql`NULL`,
  })
  const fields = shape.restores.map((field) => fieldNamed(mapping.legacy, field))
  const columns = fields.map(({ column, type }) => sql`${ident(column)} ${typeName(typeText(type))}`)
  const takes = join(parameters.map(({ type }) => type))
  const answers = fields.map(
    ({ name, column }) => sql`
    changeover_answer.${ident(column)} := ${at(values, name)};`,
  )
  const body = bodyOf(name, [...read, ...twins.values()], answers)
  return {
    create: sql`DROP TYPE IF EXISTS ${name} CASCADE; CREATE TYPE ${name} AS (${join(columns)});
  CREATE FUNCTION ${name}(${join(parameters.map((each) => sql`${each.name} ${each.type}`))}) RETURNS ${name}
  LANGUAGE plpgsql STABLE PARALLEL SAFE COST 10 AS ${literal(body.text)}`.text,
    drop: sql`DROP FUNCTION IF EXISTS ${name}(${takes}); DROP TYPE IF EXISTS ${name}`.text,
  }
}

interface Remembered {
  readonly name: Sql
  readonly type: Sql
  readonly value: Sql
}

/** Each value is worked out once, in the order given, and then each field of the answer. */
function bodyOf(type: Sql, values: readonly Remembered[], answers: readonly Sql[]): Sql {
  const variables = values.map(
    (each) => sql`
    ${each.name} ${each.type} := ${each.value};`,
  )
  return sql`
  DECLARE
    changeover_answer ${type};${join(variables, '')}
  BEGIN${join(answers, '')}
    RETURN changeover_answer;
  END`
}

/** References inside a function: a twin is asked once, however many fields need it; an original only where it is needed. */
function rememberedScope(set: ProxySet, mapping: Mapping) {
  const base = functionScope(set, mapping)
  const twins = new Map<string, Remembered>()
  const scope: SqlScope = {
    original: base.original,
    twin: (name, key) => {
      const call = base.twin(name, key).text
      const { target } = mappingNamed(mapping, name)
      const type = typeName(typeText(fieldNamed(target, target.key[0] ?? '').type))
      const known = twins.get(call) ?? {
        name: ident(`changeover_twin_${twins.size}`),
        type,
        value: { text: call },
      }
      twins.set(call, known)
      return known.name
    },
  }
  return { scope, twins }
}
