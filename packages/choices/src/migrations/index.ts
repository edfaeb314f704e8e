import { LeadTable } from './0001-lead.ts'
import { ChoiceTables } from './0002-choice.ts'
import { LeadChoice } from './0003-lead-choice.ts'
import { ShownLead } from './0004-shown-lead.ts'
import { ChoiceLock } from './0005-choice-lock.ts'

/** Every migration, in the order in which it runs. A name that has run somewhere never changes. */
export const migrations = [
  { name: 'choices-0001-lead', class: LeadTable },
  { name: 'choices-0002-choice', class: ChoiceTables },
  { name: 'choices-0003-lead-choice', class: LeadChoice },
  { name: 'choices-0004-shown-lead', class: ShownLead },
  { name: 'choices-0005-choice-lock', class: ChoiceLock },
]
