import { typeText } from '../column-type.ts'
import type { Kept } from '../decision.ts'
import { fit } from '../fit.ts'
import { misfits } from '../misfits.ts'
import { at, type Row, type Rule, type RuleKind, rule, type Shape, type SqlRow } from '../rule.ts'
import { all, join, literal, type Sql, same, sql } from '../sql.ts'
import { fieldNamed, table } from '../table.ts'
import type { Value } from '../value.ts'

interface JoinTexts {
  readonly fields: readonly string[]
  readonly separator: string
  readonly slot: string
  readonly residue: Readonly<Record<string, string>>
}

export interface JoinTextsDefinition<F extends string, S extends string, R> {
  /** In the order in which they are joined. */
  readonly fields: readonly F[]
  readonly separator: string
  readonly slot: S
  /** Slots that keep the fields exactly. */
  readonly residue: R
}

/**
 * Several texts become one, with a separator between those that are not NULL. The residue gives them back as long as it joins to
 * the target's text. A text that was changed on the target side is divided at its first separators: the last field takes the
 * rest, and a field for which nothing is left becomes NULL.
 */
export function joinTexts<const F extends string, const S extends string, const R extends Kept<F>>({
  fields,
  separator,
  slot,
  residue,
}: JoinTextsDefinition<F, S, R>): Rule<F, S | R[F]> {
  return rule('join-texts', { fields, separator, slot, residue: { ...residue } })
}

export const joinTextsKind: RuleKind<JoinTexts> = {
  kind: 'join-texts',
  shape: ({ fields, slot, residue }, { legacy }) => ({
    reads: fields,
    restores: fields,
    writes: {
      [slot]: { base: 'text' },
      ...Object.fromEntries(fields.map((name) => [residue[name] ?? name, fieldNamed(legacy, name).type])),
    },
  }),
  check: (params, tables) => {
    const { fields, separator, residue } = params
    const types = fields.map((name) => ({ name, type: fieldNamed(tables.legacy, name).type }))
    const wrong = [
      ...(fields.length < 2 ? ['it needs two fields at least.'] : []),
      ...(separator === '' ? ['without a separator the fields could not be told apart.'] : []),
      ...types
        .filter(({ type }) => type.base !== 'text' && type.base !== 'varchar')
        .map(({ name, type }) => `${name} is ${typeText(type)}, and only text and varchar are joined.`),
      ...fields.filter((name) => !residue[name]).map((name) => `${name} has no slot in residue.`),
    ]
    return wrong.length > 0 ? wrong : misfits(joinTextsKind.shape(params, tables), tables)
  },

  forward: (params, legacy) => ({
    [params.slot]: joined(params, legacy),
    ...Object.fromEntries(params.fields.map((name) => [params.residue[name], legacy[name] ?? null])),
  }),
  forwardSql: (params, legacy) => ({
    [params.slot]: joinedSql(params, legacy),
    ...Object.fromEntries(params.fields.map((name) => [params.residue[name], at(legacy, name)])),
  }),

  backward: (params, target, _scope, shape) => {
    const kept = keptOf(params, (ref) => target[ref] ?? null)
    const text = target[params.slot] ?? null
    if (joined(params, kept) === text) return kept
    const parts = divided(params, text)
    const fits = (name: string) => fitOf(params, shape, name)?.accepts?.row(parts[name] ?? null) ?? true
    return Object.fromEntries(
      params.fields.map((name) => [
        name,
        (parts[name] ?? null) !== null && fits(name) ? (parts[name] ?? null) : null,
      ]),
    )
  },
  backwardSql: (params, target, _scope, shape) => {
    const { agrees, kept, parts } = readingSql(params, target)
    return Object.fromEntries(
      params.fields.map((name) => {
        const part = fitOf(params, shape, name)?.sql(at(parts, name)) ?? at(parts, name)
        return [name, sql`CASE WHEN ${agrees} THEN ${at(kept, name)} ELSE ${part} END`]
      }),
    )
  },

  acceptsBack: {
    fails: ({ fields }) => `has a part that is too long for its field among ${fields.join(', ')}`,
    row: (params, target, _scope, shape) => {
      const kept = keptOf(params, (ref) => target[ref] ?? null)
      const text = target[params.slot] ?? null
      const parts = divided(params, text)
      return (
        joined(params, kept) === text ||
        params.fields.every((name) => {
          const part = parts[name] ?? null
          return part === null || (fitOf(params, shape, name)?.accepts?.row(part) ?? true)
        })
      )
    },
    sql: (params, target, _scope, shape) => {
      const { agrees, parts } = readingSql(params, target)
      const fits = params.fields.flatMap((name) => {
        const accepts = fitOf(params, shape, name)?.accepts?.sql(at(parts, name))
        return accepts ? [sql`(${at(parts, name)} IS NULL OR ${accepts})`] : []
      })
      return sql`CASE WHEN ${agrees} THEN TRUE ELSE ${all(fits)} END`
    },
  },
  loss: ({ slot, residue }) => ({
    forward: { holds: 'residue', in: Object.values(residue) },
    backward: { holds: 'part', why: `${Object.values(residue).join(', ')} may be stale; ${slot} decides` },
  }),
  doc: ({ fields, separator }) => `${fields.join(', ')}, joined by ${JSON.stringify(separator)}`,
  inputs: ({ fields, separator, slot, residue }) => ({
    legacy: Object.fromEntries(fields.map((name) => [name, ['', 'Ana', `de${separator}la`, separator]])),
    target: {
      [slot]: [
        'Ana',
        `Ana${separator}Cruz`,
        `Ana${separator}de${separator}la${separator}Cruz`,
        `${separator}Cruz`,
      ],
      ...Object.fromEntries(fields.map((name) => [residue[name] ?? name, ['Ana', 'Cruz', null]])),
    },
  }),
  examples: [
    {
      name: 'two names, and three parts of an address',
      legacy: table(
        'join_texts_legacy',
        {
          id: 'bigint not null',
          first: 'varchar(10) not null',
          last: 'varchar(20) not null',
          street: 'text',
          town: 'text',
          country: 'varchar(8)',
        },
        { key: ['id'] },
      ),
      target: table(
        'join_texts_target',
        {
          id: 'bigint not null',
          name: 'text not null',
          address: 'text',
          street: 'text',
          data: 'jsonb not null default',
        },
        { key: ['id'] },
      ),
      rules: [
        joinTexts({
          fields: ['first', 'last'],
          separator: ' ',
          slot: 'name',
          residue: { first: 'data.first', last: 'data.last' },
        }),
        joinTexts({
          fields: ['street', 'town', 'country'],
          separator: ', ',
          slot: 'address',
          residue: { street: 'street', town: 'data.town', country: 'data.country' },
        }),
      ],
    },
  ],
}

/** How a part of the text is carried in its field. */
function fitOf({ residue }: JoinTexts, shape: Shape, name: string) {
  return fit({ base: 'text' }, shape.writes[residue[name] ?? name] ?? { base: 'text' })
}

function keptOf<T>({ fields, residue }: JoinTexts, read: (ref: string) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(fields.map((name) => [name, read(residue[name] ?? name)]))
}

function joined({ fields, separator }: JoinTexts, row: Row): Value {
  const texts = fields.map((name) => row[name] ?? null).filter((each) => each !== null)
  return texts.length === 0 ? null : texts.join(separator)
}

/** `concat_ws` depends on the session in PostgreSQL's eyes, so that no index could have it. */
function joinedSql({ fields, separator }: JoinTexts, row: SqlRow): Sql {
  const texts = fields.map((name) => sql`(${at(row, name)})::text`)
  const none = all(texts.map((each) => sql`${each} IS NULL`))
  const behind = texts.map((each) => sql`coalesce(${literal(separator)} || ${each}, '')`)
  return sql`CASE WHEN NOT (${none}) THEN substr(${join(behind, ' || ')}, ${literal([...separator].length + 1)}) END`
}

function divided({ fields, separator }: JoinTexts, text: Value): Row {
  const pieces = text === null ? [] : String(text).split(separator)
  const last = fields.length - 1
  return Object.fromEntries(
    fields.map((name, index) => [
      name,
      index >= pieces.length
        ? null
        : index < last
          ? (pieces[index] ?? null)
          : pieces.slice(index).join(separator),
    ]),
  )
}

function dividedSql({ fields, separator }: JoinTexts, text: Sql): SqlRow {
  const between = literal(separator)
  const width = literal([...separator].length)
  const pieces = sql`(char_length(${text}) - char_length(replace(${text}, ${between}, ''))) / ${width} + 1`
  const before: Sql[] = []
  return Object.fromEntries(
    fields.map((name, index) => {
      const own =
        index < fields.length - 1
          ? sql`split_part(${text}, ${between}, ${literal(index + 1)})`
          : sql`substr(${text}, ${join([...before, literal(1)], ' + ')})`
      before.push(sql`char_length(${own}) + ${width}`)
      return [name, sql`CASE WHEN ${pieces} > ${literal(index)} THEN ${own} END`]
    }),
  )
}

function readingSql(params: JoinTexts, target: SqlRow) {
  const kept: SqlRow = keptOf(params, (ref) => at(target, ref))
  const text = at(target, params.slot)
  return { kept, agrees: same(joinedSql(params, kept), text), parts: dividedSql(params, text) }
}
