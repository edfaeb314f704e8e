import { defineErrors } from '@changeover/errors'

/** What can be wrong with a sync itself. A statement that fails on a row is a DATABASE.* failure. */
export const errors = defineErrors('SYNC', {
  KEY_NOT_GENERATED: {
    message: (v: { mapping: string; table: string; type: string }) =>
      `${v.mapping} must make new keys for ${v.table}, whose key is of type ${v.type}; only uuid and integer keys can be made.`,
    fix: 'Use a uuid or identity key there, or the identity sameKey(…).',
  },
  MAPPING_FOREIGN: {
    message: (v: { mapping: string; known: string }) =>
      `The mapping ${v.mapping} is not part of this sync, which knows ${v.known}.`,
    fix: 'Give all mappings of the migration to createSync.',
  },
  SNAPSHOT_TOO_OLD: {
    message: (v: { mapping: string; rows: number }) =>
      `${v.mapping}: ${v.rows} row(s) without a source would be deleted under REPEATABLE READ, whose snapshot may not show a source that has come back.`,
    fix: "Run it under READ COMMITTED or SERIALIZABLE: database.transaction(work, { isolation: 'read committed' }).",
  },
  KEY_SHAPE: {
    message: (v: { mapping: string; expected: number; given: string }) =>
      `A key of ${v.mapping} has ${v.expected} column(s), but ${v.given} was given.`,
    fix: 'Give each key as a list of texts, one for each key column.',
  },

  // What the mapping says of its tables and the database does not: found by schemaDrift
  TABLE_MISSING: {
    message: (v: { mapping: string; table: string }) =>
      `${v.mapping} speaks of the table ${v.table}, which is not there.`,
    fix: 'Create it by running the migrations, or correct its name and schema in the mapping.',
  },
  COLUMN_MISSING: {
    message: (v: { table: string; column: string; renamedTo: string | undefined }) =>
      `${v.table}.${v.column} is gone${v.renamedTo === undefined ? '' : ` (renamed to ${v.renamedTo}?)`}.`,
    fix: 'Bring the column back, or change the mapping with the schema.',
  },
  COLUMN_RETYPED: {
    message: (v: { table: string; column: string; type: string; expected: string }) =>
      `${v.table}.${v.column} is ${v.type}, where the mapping says ${v.expected}.`,
    fix: 'Change the type back, or change the mapping with the schema.',
  },
  COLUMN_NULLABILITY: {
    message: (v: { table: string; column: string; nullable: boolean }) =>
      `${v.table}.${v.column} ${v.nullable ? 'can be NULL, where the mapping says NOT NULL' : 'is NOT NULL, where the mapping says it can be NULL'}.`,
    fix: 'Change the constraint back, or change the mapping with the schema.',
  },
  COLUMN_DEFAULT: {
    message: (v: { table: string; column: string; default: string | null; expected: string | undefined }) =>
      `${v.table}.${v.column} has ${v.default === null ? 'no default' : `the default ${v.default}`}, where the mapping says ${v.expected}.`,
    fix: 'Change the default back, or change it in the description of the table.',
  },
  COLUMN_UNKNOWN: {
    message: (v: { table: string; column: string; type: string }) =>
      `${v.table}.${v.column} (${v.type}) is unknown to the mapping, so its values would be lost.`,
    fix: 'Give it a rule, drop it by name in the mapping, or name it with the reason in leftOut of the table where no mapping can carry it.',
  },
})
