import type { RuleKind } from '../rule.ts'
import { castKind } from './cast.ts'
import { computedKind } from './computed.ts'
import { constantKind } from './constant.ts'
import { copyKind } from './copy.ts'
import { decideKind } from './decide.ts'
import { dropKind } from './drop.ts'
import { firstReferenceKind } from './first-reference.ts'
import { joinTextsKind } from './join-texts.ts'
import { localDateTimeKind } from './local-date-time.ts'
import { lookupKind } from './lookup.ts'
import { mapValuesKind } from './map-values.ts'
import { referenceKind } from './reference.ts'
import { refuseKind } from './refuse.ts'
import { splitJsonKind } from './split-json.ts'
import { withDefaultKind } from './with-default.ts'

/** The rule kinds of the language. */
export const kinds: readonly RuleKind[] = [
  castKind,
  computedKind,
  constantKind,
  copyKind,
  decideKind,
  dropKind,
  firstReferenceKind,
  joinTextsKind,
  localDateTimeKind,
  lookupKind,
  mapValuesKind,
  referenceKind,
  refuseKind,
  splitJsonKind,
  withDefaultKind,
]
