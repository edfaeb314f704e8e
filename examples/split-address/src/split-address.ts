import { defineMigration } from '@changeover/migration'
import { branchToSite } from './branch-to-site.ts'

/** Branches become sites with a table of addresses. */
export const splitAddress = defineMigration({
  name: 'split-address',
  targetModel: 'Site',
  mappings: [branchToSite],
})
