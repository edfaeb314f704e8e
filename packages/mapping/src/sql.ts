/** A piece of SQL: text whose values were escaped when it was built. The only way to make one is {@link sql}. */
export interface Sql {
  readonly text: string
}

/** Values that may stand in SQL as literals. Numbers must be finite: NaN and infinities have no literal. */
export type Literal = string | number | bigint | boolean | null

/**
 * Builds SQL. Only SQL can be put into SQL: a name goes through {@link ident}, a value through {@link literal},
 * a parameter is written as `$1` in the text.
 *
 * @example
 * sql`select ${ident('title')} from ${ident('staff_task')} where id = $1`.text
 * // => 'select "title" from "staff_task" where id = $1'
 */
export function sql(texts: TemplateStringsArray, ...inserts: readonly Sql[]): Sql {
  let text = texts[0] ?? ''
  inserts.forEach((insert, index) => {
    text += insert.text + (texts[index + 1] ?? '')
  })
  return { text }
}

/** A quoted name, with its path: `ident('t', 'title')` is `"t"."title"`. */
export function ident(...path: readonly string[]): Sql {
  return { text: path.map((name) => `"${name.replaceAll('"', '""')}"`).join('.') }
}

/** An escaped literal, safe whatever `standard_conforming_strings` says. Units: none; a number must be finite. */
export function literal(value: Literal): Sql {
  if (value === null) return { text: 'NULL' }
  if (typeof value === 'boolean') return { text: value ? 'TRUE' : 'FALSE' }
  if (typeof value === 'number' || typeof value === 'bigint') return { text: signed(String(value)) }
  const quoted = value.replaceAll("'", "''")
  return { text: quoted.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'` }
}

/** A negative number in brackets, since `- -1` and `1--1` would be a comment. */
function signed(digits: string): string {
  return digits.startsWith('-') ? `(${digits})` : digits
}

/** A list of SQL with a separator between: `join([a, b], ' AND ')`. */
export function join(pieces: readonly Sql[], separator = ', '): Sql {
  return { text: pieces.map((piece) => piece.text).join(separator) }
}

/** All of these hold; TRUE for none. */
export function all(conditions: readonly Sql[]): Sql {
  return conditions.length === 0
    ? sql`TRUE`
    : join(
        conditions.map((each) => sql`(${each})`),
        ' AND ',
      )
}

/** At least one of these holds; FALSE for none. */
export function any(conditions: readonly Sql[]): Sql {
  return conditions.length === 0
    ? sql`FALSE`
    : join(
        conditions.map((each) => sql`(${each})`),
        ' OR ',
      )
}

/** Null-safe inequality, the only comparison the engines use. */
export function differs(left: Sql, right: Sql): Sql {
  return sql`(${left}) IS DISTINCT FROM (${right})`
}

/** Null-safe equality. */
export function same(left: Sql, right: Sql): Sql {
  return sql`(${left}) IS NOT DISTINCT FROM (${right})`
}

/** The name of a type as SQL. It comes from a table description, whose types were checked when it was built. */
export function typeName(type: string): Sql {
  return { text: type }
}
