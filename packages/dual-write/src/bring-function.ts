import type { Direction, Mapping } from '@changeover/mapping'
import { ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import {
  adoptSql,
  keyNames,
  keyType,
  missingAncestorsSql,
  missingParentsSql,
  type Need,
  needOf,
  type Parent,
  parameter,
} from '@changeover/sync'
import { bringingName, bringingSetting, bringName } from './bring-call.ts'
import type { DbFunction } from './db-object.ts'
import { arrays, callSync, declared, reasonsSql, variables } from './sync-call.ts'

/** A function that is about to be written: for which rows, and what these need. */
interface Bringing {
  readonly migration: string
  readonly mapping: Mapping
  readonly direction: Direction
  readonly need: Need
  /** Arrays of keys, one for each key column: the function's own arguments, which the statements ask for. */
  readonly keys: readonly Sql[]
  /** The refused rows that it was given. */
  readonly refused: Sql
}

/**
 * `bringAlong` of the one writer, in the database. Arguments: arrays of keys for its own use, and the refused rows as the write
 * statement gives them. Returns those that are still refused, each with what it waits for (`because`), or NULL. None where no
 * reference can keep a row from being written.
 */
export function bringFunctions(
  migration: string,
  mapping: Mapping,
  direction: Direction,
  mappings: readonly Mapping[],
): readonly DbFunction[] {
  const need = needOf(mapping, direction, mappings)
  if (need.parents.length === 0) return []
  const keys = mapping.legacy.key.map((_field, index) => parameter(index + 1))
  const made: Bringing = { migration, mapping, direction, need, keys, refused: parameter(keys.length + 1) }
  return [
    {
      name: bringName(migration, mapping, direction),
      takes: join([...arrays(mapping), sql`jsonb`]),
      gives: sql`text`,
      settings: { plan_cache_mode: 'force_custom_plan', [bringingSetting]: bringingName(migration, mapping) },
      body: bodySql(made),
    },
  ]
}

function bodySql(made: Bringing): Sql {
  const { mapping, direction, need, keys, refused } = made
  const [first = sql`NULL`] = keys
  const self = need.parents.filter((parent) => parent.mapping === mapping)
  const others = need.parents.filter((parent) => parent.mapping !== mapping)
  return sql`
#variable_conflict use_column
DECLARE
  ${join(
    need.parents.map((parent, index) =>
      declared(parent.mapping, variables(parent.mapping, `parent${index}`)),
    ),
    '\n  ',
  )}
  changeover_missing text[];
  changeover_told jsonb;
  changeover_left jsonb;
  changeover_because jsonb := '{}';
  changeover_reasons jsonb := '{}';
  changeover_waiting int;
BEGIN
  ${waitingSql(made, refused)}
  IF ${first} IS NULL THEN RETURN ${refused}; END IF;
  ${join(
    [...self, ...others].map((parent) => broughtSql(made, parent)),
    '\n  ',
  )}
  ${direction === 'backward' ? vainSql(made) : sql``}
  changeover_left := ${byKeySql(refused)};
  ${writeAgainSql(made)}
  ${namedSql(mapping, direction, sql`(SELECT jsonb_agg(value) FROM jsonb_each(changeover_left))`)}
  ${becauseSql(made)}
  RETURN (SELECT jsonb_agg(changeover_left -> (each ->> 'key') || COALESCE(changeover_because -> (each ->> 'key'), '{}'))
    FROM jsonb_array_elements(${refused}) AS each WHERE changeover_left ? (each ->> 'key'))::text;
END`
}

/** The keys of refused rows that wait for others become the function's own argument. */
function waitingSql({ mapping, keys, need }: Bringing, refused: Sql): Sql {
  const each = mapping.legacy.key.map((field, index) => {
    return sql`array_agg((each -> 'key' ->> ${literal(index)})::${keyType(mapping, field)})`
  })
  return sql`SELECT ${join(each)} INTO ${join(keys)} FROM jsonb_array_elements(${refused}) AS each WHERE ${waits(need)};`
}

function waits({ refusals }: Need): Sql {
  return sql`(each ->> 'refusal')::int IN (${join(refusals.map((number) => literal(number)))})`
}

/** Syncs the rows of another mapping that are missing; those of the same one join the function's keys. */
function broughtSql(made: Bringing, parent: Parent): Sql {
  const { migration, mapping, direction, need, keys } = made
  const own = parent.mapping === mapping
  const found = variables(parent.mapping, `parent${need.parents.indexOf(parent)}`)
  const missing = own
    ? missingAncestorsSql(mapping, direction, parent)
    : missingParentsSql(mapping, direction, parent)
  const [key = sql`NULL`] = keys
  const [added = sql`NULL`] = found
  const known =
    direction === 'forward'
      ? sql`${added} := changeover_missing::${arrays(parent.mapping)[0] ?? sql`text[]`};`
      : sql`WITH adopted AS (${adoptSql(parent.mapping, sql`changeover_missing`)})
      SELECT ${join(keyNames(parent.mapping).map((name, index) => sql`array_agg(${ident(name)}::${keyType(parent.mapping, parent.mapping.legacy.key[index] ?? '')})`))} INTO ${join(found)} FROM adopted;`
  const joined = sql`${key} := ARRAY(SELECT unnest(${key}) UNION SELECT unnest(${added}));`
  return sql`SELECT array_agg(DISTINCT missing) INTO changeover_missing FROM (${missing}) AS found;
  IF changeover_missing IS NOT NULL THEN
    ${known}
    ${own ? joined : syncedSql(migration, parent.mapping, direction, found)}
  END IF;`
}

/** A snapshot that is older than the lock does not show a twin that another transaction has brought along: that is retried. */
function syncedSql(migration: string, parent: Mapping, direction: Direction, keys: readonly Sql[]): Sql {
  return sql`BEGIN
      changeover_told := ${callSync(migration, parent, direction, keys, sql`FALSE`)};
    EXCEPTION WHEN unique_violation THEN
      IF pg_catalog.current_setting('transaction_isolation') = 'read committed' THEN RAISE; END IF;
      RAISE EXCEPTION USING ERRCODE = 'serialization_failure', MESSAGE = SQLERRM, DETAIL = ${literal(`Another transaction has brought along the same row of ${parent.name}.`)};
    END;
    ${namedSql(parent, direction, sql`changeover_told`)}`
}

/** Remembers the reasons of refused rows, by the name of the row. */
function namedSql(mapping: Mapping, direction: Direction, refused: Sql): Sql {
  return sql`changeover_reasons := changeover_reasons || changeover.refusals_named(${literal(mapping.name)}, ${refused}, ${reasonsSql(mapping, direction)});`
}

/** On the way back a parent has its legacy key by now, and a child of one that was refused would be written. */
function vainSql({ refused, need }: Bringing): Sql {
  return sql`IF changeover_reasons <> '{}' THEN
    RETURN (SELECT jsonb_agg(CASE WHEN ${waits(need)} THEN each || (SELECT changeover.refusal_of(key, changeover_reasons) FROM jsonb_object_keys(changeover_reasons) AS key LIMIT 1) ELSE each END)
      FROM jsonb_array_elements(${refused}) AS each)::text;
  END IF;`
}

/** Writes rows, and again those that waited for others of them, as long as fewer are refused. */
function writeAgainSql(made: Bringing): Sql {
  const { migration, mapping, direction, keys } = made
  const [first = sql`NULL`] = keys
  const names = keyNames(mapping).map((name) => ident('tried', name))
  const columns = join(keyNames(mapping).map((name) => ident(name)))
  return sql`LOOP
    changeover_waiting := cardinality(${first});
    changeover_told := COALESCE(${callSync(migration, mapping, direction, keys, sql`FALSE`)}, '[]');
    changeover_left := changeover_left - ARRAY(SELECT jsonb_build_array(${join(names.map((name) => sql`${name}::text`))})::text FROM unnest(${join(keys)}) AS tried(${columns}))
      || ${byKeySql(sql`changeover_told`)};
    ${waitingSql(made, sql`changeover_told`)}
    EXIT WHEN ${first} IS NULL OR cardinality(${first}) = changeover_waiting;
  END LOOP;`
}

function byKeySql(refused: Sql): Sql {
  return sql`COALESCE((SELECT jsonb_object_agg(each ->> 'key', each) FROM jsonb_array_elements(${refused}) AS each), '{}')`
}

/** Names the row that each of those waits for which are left. */
function becauseSql({ mapping, direction, need, keys }: Bringing): Sql {
  const [first = sql`NULL`] = keys
  const child = keyNames(mapping).map((name) => ident('found', name))
  const parts = need.parents.map((parent, place) => {
    const name = sql`${literal(`${parent.mapping.name} `)} || found.missing`
    return sql`SELECT ${literal(place)} AS place, jsonb_build_array(${join(child)})::text AS child, ${name} AS parent FROM (${missingParentsSql(mapping, direction, parent)}) AS found`
  })
  return sql`IF ${first} IS NOT NULL THEN
    SELECT COALESCE(jsonb_object_agg(child, changeover.refusal_of(parent, changeover_reasons)), '{}') INTO changeover_because
      FROM (SELECT DISTINCT ON (child) child, parent FROM (${join(parts, ' UNION ALL ')}) AS each ORDER BY child, place) AS named;
  END IF;`
}
