import { choiceSystem } from '@changeover/choices'
import { conversationSystem } from '@changeover/conversations'
import type { SampleSystem } from '@changeover/migration'
import { supplierTaskSystem } from '@changeover/supplier-tasks'
import { workItemSystem } from '@changeover/work-items'

/** Every reference system: what `npm start`, the suites and the benchmarks go through. */
export const systems: readonly SampleSystem[] = [
  workItemSystem,
  conversationSystem,
  choiceSystem,
  supplierTaskSystem,
]
