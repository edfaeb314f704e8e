import type { RuleKind } from '../rule.ts'
import { copyKind } from './copy.ts'
import { mapValuesKind } from './map-values.ts'

/** The rule kinds of the language. */
export const kinds: readonly RuleKind[] = [copyKind, mapValuesKind]
