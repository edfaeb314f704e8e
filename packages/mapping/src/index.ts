// Describing tables
export {
  type Field,
  fieldNamed,
  type Source,
  type Table,
  type TableOptions,
  table,
  type Where,
} from './table.ts'
export { documentDdl, documentOf, dropDocumentDdl, type ListedRows } from './document.ts'
export { type BaseType, type ColumnType, columnType, isJson, typeText } from './column-type.ts'
export { constantDefault, constantText } from './default-value.ts'

// Writing a mapping
export { defineMapping, type Mapping, type MappingDefinition, type ResolvedRule } from './mapping.ts'
export { type Identity, sameKey, storedIn } from './identity.ts'
export { type Links, type LinkSide, links } from './links.ts'
export { cast } from './kinds/cast.ts'
export { computed } from './kinds/computed.ts'
export { coalesce, concat, type Expression, field, value, whenEqual, whenNull } from './expression.ts'
export { constant } from './kinds/constant.ts'
export { copy } from './kinds/copy.ts'
export { decide } from './kinds/decide.ts'
export { drop } from './kinds/drop.ts'
export { firstReference } from './kinds/first-reference.ts'
export { intoJson } from './kinds/into-json.ts'
export { joinTexts } from './kinds/join-texts.ts'
export { localDateTime } from './kinds/local-date-time.ts'
export { lookup } from './kinds/lookup.ts'
export { mapValues } from './kinds/map-values.ts'
export { reference } from './kinds/reference.ts'
export { refuse } from './kinds/refuse.ts'
export { splitJson } from './kinds/split-json.ts'
export { type ChildRows, children } from './child-rows.ts'
export { withDefault } from './kinds/with-default.ts'

// Rule kinds of one's own
export {
  type Acceptance,
  type Aside,
  at,
  type Holding,
  type Inputs,
  type LawExample,
  type Loss,
  type Row,
  type RowScope,
  type Rule,
  type RuleKind,
  rule,
  type Shape,
  type SqlRow,
  type SqlScope,
  type Tables,
} from './rule.ts'
export type { Json, Value } from './value.ts'

// What is compiled from a mapping
export {
  type CompiledRule,
  compileRules,
  type Direction,
  type Frame,
  type Refusal,
  valuesSql,
} from './compile.ts'
export { isInPlace, isSharedSlot } from './in-place.ts'
export { identityForm, identitySql, keyOfIdentity, keyPairs } from './identity.ts'
export { toLegacy, toTarget } from './rows.ts'
export { mappingNamed, scopeSql, subqueryScope, tableSql } from './scope.ts'
export { representableSql } from './representable.ts'
export { unresolvedSql } from './unresolved.ts'
export { collisionsSql, type LossLine, lossOf, lossSql } from './loss.ts'
export { type RefusedRows, refusedRows } from './refused-rows.ts'
export { docsOf } from './docs.ts'
export { inOrder } from './order.ts'
export { readSql, type Slot, slotOf, storedSql, writeSql } from './slot.ts'
export { fromJsonSql } from './json.ts'
export { keyText } from './key-text.ts'
export { hashOf } from './hash.ts'

export { errors as mappingErrors } from './errors.ts'
