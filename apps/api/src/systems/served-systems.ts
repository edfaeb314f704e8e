import type { ServedSystem } from './served-system.ts'
import { servedWorkItems } from './work-items/served-work-items.ts'

/** Every system that this application serves where it is installed. */
export const servedSystems: readonly ServedSystem[] = [servedWorkItems]
