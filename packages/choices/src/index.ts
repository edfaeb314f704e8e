/** The choice system: leads with hard-coded choices, and the choice tables of each tenant that these become, in place. */
export { Industry, LeadSource, LeadStatus, MarketingChannel } from './choice.ts'
export { type ChoiceField, choiceFields, type HardCoded } from './choice-fields.ts'
export { Lead, LegacyLead } from './lead.ts'

export { choices } from './choices.ts'
export { leadChoices } from './mapping.ts'
export { populateChoices } from './populate.ts'
export { asActor } from './as-actor.ts'
export { type ChoiceChange, choiceChanges } from './choice-changes.ts'
export { toChoiceFailure } from './to-choice-failure.ts'
export { errors as choiceErrors } from './errors.ts'

export { labelOf } from './label.ts'
export { findLeads, type ListedLead, listLeads, type ShownChoice } from './list-leads.ts'

export { entities, ormOptions } from './orm-options.ts'
export { migrate } from './migrate.ts'
export { migrations } from './migrations/index.ts'

export { choiceSystem } from './choice-system.ts'
export { seedChoices } from './seed/seed-choices.ts'
