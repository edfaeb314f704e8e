import type { ServedSystem } from './served-system.ts'
import { servedChoices } from './choices/served-choices.ts'
import { servedConversations } from './conversations/served-conversations.ts'
import { servedSupplierTasks } from './supplier-tasks/served-supplier-tasks.ts'
import { servedWorkItems } from './work-items/served-work-items.ts'

/** Every system that this application serves where it is installed. */
export const servedSystems: readonly ServedSystem[] = [
  servedWorkItems,
  servedChoices,
  servedConversations,
  servedSupplierTasks,
]
