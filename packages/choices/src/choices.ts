import { defineMigration } from '@changeover/migration'
import { leadChoices } from './mapping.ts'

/** The hard-coded choices of leads become choice tables of each tenant, in the same table. */
export const choices = defineMigration({ name: 'choices', targetModel: 'Lead', mappings: [leadChoices] })
