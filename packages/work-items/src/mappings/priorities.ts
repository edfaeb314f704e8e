import { mapValues } from '@changeover/mapping'

/** Tasks and events know four priorities. A work item that is `urgent` reads back as `critical`. */
export const priorities = mapValues(
  'priority',
  { low: 'low', medium: 'medium', high: 'high', critical: 'critical' },
  { backward: { urgent: 'critical' } },
)
