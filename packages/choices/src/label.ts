import { type ChoiceField, choiceFields } from './choice-fields.ts'

/**
 * What people see of a choice: the label of the reference, else the hard-coded label of the old value, else the old value as it
 * is; null where there is neither.
 *
 * @example
 * labelOf('industry', 'tech', null) // => 'Technology'
 * labelOf('industry', 'Space tourism', null) // => 'Space tourism'
 */
export function labelOf(
  field: ChoiceField['field'],
  value: string | null,
  referenceLabel: string | null,
): string | null {
  if (referenceLabel !== null || value === null) return referenceLabel
  const labels = choiceFields.find((each) => each.field === field)?.hardCoded ?? {}
  return Object.hasOwn(labels, value) ? (labels[value] ?? value) : value
}
