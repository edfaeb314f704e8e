import { defineErrors } from '@changeover/errors'

/** The errors of this package. */
export const errors = defineErrors('MIGRATION', {
  NAME_INVALID: {
    message: (v: { name: string }) => `${JSON.stringify(v.name)} cannot be the name of a migration.`,
    fix: 'Use lower-case letters, digits and hyphens, beginning with a letter: work-items.',
  },
  NAME_TWICE: {
    message: (v: { name: string }) => `Two migrations are named ${v.name}.`,
    fix: (v) => `Rename one of them, so that ${v.name} means one thing.`,
  },
  MAPPINGS_MISSING: {
    message: (v: { migration: string }) => `The migration ${v.migration} has no mapping.`,
    fix: (v) => `List at least one in defineMigration({ name: '${v.migration}', mappings: [ … ] }).`,
  },
  MAPPING_TWICE: {
    message: (v: { migration: string; mapping: string }) =>
      `In ${v.migration} two mappings are named ${v.mapping}.`,
    fix: (v) => `Rename one of them: ${v.mapping} stands in the ledger, in findings and in reports.`,
  },
})
