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
  KEY_SHAPE: {
    message: (v: { mapping: string; expected: number; given: string }) =>
      `A key of ${v.mapping} has ${v.expected} column(s), but ${v.given} was given.`,
    fix: 'Give each key as a list of texts, one for each key column.',
  },
})
