import { childRowSql, cellFields } from './child-rows.ts'
import { errors } from './errors.ts'
import { isJson, typeText } from './column-type.ts'
import { tableSql } from './scope.ts'
import { all, any, differs, ident, join, literal, type Sql, sql, typeName } from './sql.ts'
import { type Field, fieldNamed, freezeTable, type Source, type Table } from './table.ts'

/** Rows that belong to a row of another table, in an order of their own. */
export interface ListedRows {
  readonly table: Table
  /** The fields that hold the owner's key, in its order. */
  readonly owner: readonly string[]
  /** An integer that orders the rows of one owner, each once. */
  readonly position: string
}

/**
 * Describes a view of a table with its child rows: the fields of the table, and for each list a jsonb field in which the
 * child rows stand in their order. A mapping has it as its target, so that one legacy row becomes many rows; the view itself
 * is made by {@link documentDdl}.
 *
 * Errors: MAPPING.FIELD_UNKNOWN, MAPPING.SOURCE_MISFIT.
 */
export function documentOf<F extends string, R extends F, K extends F, const L extends string>(
  name: string,
  owner: Table<F, R, K>,
  lists: Readonly<Record<L, ListedRows>>,
): Table<F | L, R, K> {
  const listed = Object.entries<ListedRows>(lists)
  const fields = {
    ...owner.fields,
    ...Object.fromEntries(listed.map(([field]) => [field, listField(field)])),
  }
  return freezeTable<F | L, R, K>({
    name,
    ...(owner.schema === undefined ? {} : { schema: owner.schema }),
    fields: fields as Readonly<Record<F | L, Field>>, // the fields of the owner and those of the lists
    key: owner.key,
    unique: owner.unique,
    where: owner.where as Parameters<typeof freezeTable<F | L, R, K>>[0]['where'] & object, // of the owner's fields
    madeOf: [
      { table: owner, key: owner.key },
      ...listed.map(
        ([field, { table, owner: key, position }]): Source => ({ table, key, list: { field, position } }),
      ),
    ],
  })
}

function listField(name: string): Field {
  return Object.freeze({
    name,
    column: name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase(),
    type: Object.freeze({ base: 'jsonb' } as const),
    nullable: true,
    optional: true,
    generated: false,
  })
}

/**
 * The statements that make the view of such a description, with the triggers by which it is written: a child row is inserted,
 * updated or deleted only where the list says something else at its place. The view takes its defaults from the table.
 *
 * Writing refuses a list that holds anything but rows. Keys are never changed through it.
 */
export function documentDdl(document: Table): readonly string[] {
  const view = tableSql(document)
  const write = writerOf(document)
  return [
    sql`CREATE VIEW ${view} AS ${viewSql(document)}`,
    defaultsSql(document),
    sql`CREATE FUNCTION ${write}() RETURNS trigger LANGUAGE plpgsql AS ${literal(bodySql(document).text)}`,
    sql`CREATE TRIGGER ${ident('write')} INSTEAD OF INSERT OR UPDATE OR DELETE ON ${view} FOR EACH ROW EXECUTE FUNCTION ${write}()`,
  ].map(({ text }) => text)
}

/** The statements that take it away again. */
export function dropDocumentDdl(document: Table): readonly string[] {
  return [sql`DROP VIEW ${tableSql(document)}`.text, sql`DROP FUNCTION ${writerOf(document)}()`.text]
}

function writerOf({ schema, name }: Table): Sql {
  const made = `write_${name}`
  return schema === undefined ? ident(made) : ident(schema, made)
}

function partsOf({ name, madeOf = [] }: Table): {
  readonly owner: Source
  readonly lists: readonly Source[]
} {
  const owner = madeOf.find(({ list }) => list === undefined)
  if (!owner) throw errors.KEY_MISSING({ table: name })
  return { owner, lists: madeOf.filter(({ list }) => list !== undefined) }
}

function viewSql(document: Table): Sql {
  const { owner, lists } = partsOf(document)
  const own = Object.values(owner.table.fields).map(({ column }) => ident('o', column))
  const listed = lists.map((source) => {
    const column = ident(fieldNamed(document, source.list?.field ?? '').column)
    const rows = sql`SELECT jsonb_agg(${childRowSql(source, 'c')} ORDER BY ${positionOf(source)}) FROM ${tableSql(source.table)} AS c WHERE ${ownedBy(source, owner, 'o')}`
    return sql`COALESCE((${rows}), '[]') AS ${column}`
  })
  return sql`SELECT ${join([...own, ...listed])} FROM ${tableSql(owner.table)} AS o`
}

/** An insert that leaves a column out gets what the table would give it. */
function defaultsSql(document: Table): Sql {
  const { owner } = partsOf(document)
  const body = sql`DECLARE found record;
BEGIN
  FOR found IN SELECT a.attname, pg_get_expr(d.adbin, d.adrelid) AS made FROM pg_attribute AS a JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = ${literal(tableSql(owner.table).text)}::regclass AND a.attgenerated = '' AND a.attname IN (${join(Object.values(owner.table.fields).map(({ column }) => literal(column)))})
  LOOP
    EXECUTE format('ALTER VIEW %s ALTER COLUMN %I SET DEFAULT %s', ${literal(tableSql(document).text)}, found.attname, found.made);
  END LOOP;
END`
  return sql`DO ${literal(body.text)}`
}

function bodySql(document: Table): Sql {
  const { owner, lists } = partsOf(document)
  const fields = Object.values(owner.table.fields).filter(({ generated }) => !generated)
  const isKey = ({ name }: Field) => owner.key.includes(name)
  const rest = fields.filter((field) => !isKey(field))
  const changed = any(rest.map(({ column }) => differs(ident('old', column), ident('new', column))))
  const listed = any(
    lists.map((source) => {
      const { column } = fieldNamed(document, source.list?.field ?? '')
      return differs(ident('old', column), ident('new', column))
    }),
  )
  const sets = rest.map(({ column }) => sql`${ident(column)} = ${ident('new', column)}`)
  const moved = any(
    fields.filter(isKey).map(({ column }) => differs(ident('old', column), ident('new', column))),
  )
  const columns = join(fields.map(({ column }) => ident(column)))
  const values = join(fields.map(({ column }) => ident('new', column)))
  const table = tableSql(owner.table)
  const update =
    sets.length === 0
      ? sql``
      : sql`-- An update that changes nothing is one of the table, whose triggers see it.
    IF ${changed} OR NOT (${listed}) THEN
      UPDATE ${table} AS o SET ${join(sets)} WHERE ${sameOwner(owner, 'o', 'old')};
    END IF;`
  return sql`
#variable_conflict use_column
BEGIN
  IF TG_OP = 'DELETE' THEN
    ${join(
      lists.map(
        (source) => sql`DELETE FROM ${tableSql(source.table)} AS c WHERE ${ownedBy(source, owner, 'old')};`,
      ),
      '\n    ',
    )}
    DELETE FROM ${table} AS o WHERE ${sameOwner(owner, 'o', 'old')};
    RETURN OLD;
  END IF;
  ${join(
    lists.map((source) => refuseSql(document, source)),
    '\n  ',
  )}
  IF TG_OP = 'UPDATE' THEN
    IF ${moved} THEN
      RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = ${literal(`the key of ${document.name} cannot be changed through the view`)};
    END IF;
    ${update}
  ELSE
    INSERT INTO ${table} (${columns}) VALUES (${values});
  END IF;
  ${join(
    lists.map((source) => writeListSql(document, owner, source)),
    '\n  ',
  )}
  RETURN NEW;
END`
}

/** Anything that a row of the table could not hold is refused, so that it cannot be lost. */
function refuseSql(document: Table, source: Source): Sql {
  const field = fieldNamed(document, source.list?.field ?? '')
  const list = ident('new', field.column)
  const names = join(cellFields(source).map(({ column }) => literal(column)))
  const stray = sql`CASE WHEN jsonb_typeof(given.value) = 'object' THEN given.value - ARRAY[${names}] <> '{}' ELSE TRUE END`
  const wrong = sql`CASE jsonb_typeof(${list}) WHEN 'array' THEN EXISTS (SELECT 1 FROM jsonb_array_elements(${list}) AS given WHERE ${stray}) ELSE ${list} IS NOT NULL END`
  const message = `${field.column} of ${document.name} must be a list of rows of ${source.table.name}`
  return sql`IF (${wrong}) THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = ${literal(message)};
  END IF;`
}

function writeListSql(document: Table, owner: Source, source: Source): Sql {
  const list = ident('new', fieldNamed(document, source.list?.field ?? '').column)
  const before = ident('old', fieldNamed(document, source.list?.field ?? '').column)
  const cells = cellFields(source)
  const table = tableSql(source.table)
  const position = ident(fieldNamed(source.table, source.list?.position ?? '').column)
  // What does not have the type fails here: nothing is turned into NULL.
  const cell = ({ column, type }: Field) =>
    isJson(type)
      ? sql`w.value -> ${literal(column)}`
      : sql`(w.value ->> ${literal(column)})::${typeName(typeText(type))}`
  const owners = source.key.map((name) => ident(fieldNamed(source.table, name).column))
  const keys = owner.key.map((name) => ident('new', fieldNamed(owner.table, name).column))
  const wanted = sql`jsonb_array_elements(COALESCE(${list}, '[]')) WITH ORDINALITY AS w(value, nth)`
  const names = join([...owners, position, ...cells.map(({ column }) => ident(column))])
  const insert = (at: Sql, from: Sql) =>
    sql`INSERT INTO ${table} (${names}) SELECT ${join([...keys, at, ...cells.map(cell)])} FROM ${from}`
  const sets = join(cells.map((field) => sql`${ident(field.column)} = ${cell(field)}`))
  const present = sql`(SELECT c.${position} AS place, row_number() OVER (ORDER BY c.${position}) AS nth FROM ${table} AS c WHERE ${ownedBy(source, owner, 'old')}) AS p`
  const next = sql`(SELECT COALESCE(max(c.${position}) + 1, 0) - count(*) FROM ${table} AS c WHERE ${ownedBy(source, owner, 'old')})`
  const known = sql`(SELECT count(*) FROM ${table} AS c WHERE ${ownedBy(source, owner, 'old')})`
  return sql`IF TG_OP = 'INSERT' THEN
    ${insert(sql`w.nth - 1`, wanted)};
  ELSIF ${list} IS DISTINCT FROM ${before} THEN
    DELETE FROM ${table} AS c USING ${present} WHERE ${ownedBy(source, owner, 'old')} AND c.${position} = p.place AND p.nth > jsonb_array_length(COALESCE(${list}, '[]'));
    UPDATE ${table} AS c SET ${sets} FROM ${wanted} JOIN ${present} ON p.nth = w.nth
      WHERE ${ownedBy(source, owner, 'old')} AND c.${position} = p.place AND ${childRowSql(source, 'c')} IS DISTINCT FROM w.value;
    ${insert(sql`base.next + w.nth - 1`, sql`${wanted} CROSS JOIN (SELECT ${next} AS next, ${known} AS known) AS base WHERE w.nth > base.known`)};
  END IF;`
}

/** The child rows `c` of the owner under that alias. */
function ownedBy(source: Source, owner: Source, alias: string): Sql {
  return all(
    source.key.map((name, index) => {
      const key = fieldNamed(owner.table, owner.key[index] ?? '').column
      return sql`${ident('c', fieldNamed(source.table, name).column)} = ${ident(alias, key)}`
    }),
  )
}

function sameOwner(owner: Source, left: string, right: string): Sql {
  return all(
    owner.key.map((name) => {
      const { column } = fieldNamed(owner.table, name)
      return sql`${ident(left, column)} = ${ident(right, column)}`
    }),
  )
}

function positionOf({ table, list }: Source): Sql {
  return ident('c', fieldNamed(table, list?.position ?? '').column)
}
