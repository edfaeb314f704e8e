import { defineErrors } from '@changeover/errors'

/** Everything that can be wrong with a mapping or a row, with what to do about it. */
export const errors = defineErrors('MAPPING', {
  TYPE_UNSUPPORTED: {
    message: (v: { type: string }) => `A mapping cannot carry the type ${v.type}.`,
    fix: () =>
      'Leave the column out with drop(field, reason), or give it a type the mapping language knows (docs/mapping.md lists them).',
  },
  FIELD_UNKNOWN: {
    message: (v: { field: string; table: string }) => `The table ${v.table} has no field ${v.field}.`,
    fix: (v) => `Correct the name, or add the field to the description of ${v.table}.`,
  },
  KEY_MISSING: {
    message: (v: { table: string }) => `The table ${v.table} has no key.`,
    fix: (v) => `Name the columns that identify a row of ${v.table}: { key: ['id'] }.`,
  },
  ORDER_MISFIT: {
    message: (v: { table: string; earlier: string; later: string }) =>
      `${v.earlier} and ${v.later} of ${v.table} are of different types, so neither comes before the other.`,
    fix: 'Name two fields of the same type in ordered, such as two dates.',
  },
  SOURCE_MISFIT: {
    message: (v: { view: string; table: string; key: string }) =>
      `A row of ${v.table} tells the key of the view ${v.view} by (${v.key}), which is not one field for each column of it.`,
    fix: (v) => `Name in madeOf of ${v.view} the fields of ${v.table} that hold its key, in the same order.`,
  },
  KEY_NULLABLE: {
    message: (v: { table: string; field: string }) =>
      `The key ${v.table}.${v.field} may be null, so rows could be skipped.`,
    fix: (v) => `Make ${v.table}.${v.field} NOT NULL, or choose another unique key.`,
  },
  KEY_NOT_RESTORED: {
    message: (v: { mapping: string; field: string; rule: string }) =>
      `In ${v.mapping} the rule ${v.rule} writes the legacy key ${v.field}, which belongs to the identity.`,
    fix: (v) => `Remove ${v.field} from the rule.`,
  },
  IDENTITY_MISFIT: {
    message: (v: { mapping: string; key: string; identity: string }) =>
      `In ${v.mapping} the identity (${v.identity}) does not fit the legacy key (${v.key}).`,
    fix: () =>
      'Name one slot of the target for each key column, in the same order and of the same type, or a JSON path (a date, timestamp or float needs a column).',
  },
  LEGACY_FIELD_UNREAD: {
    message: (v: { mapping: string; field: string }) =>
      `In ${v.mapping} no rule gives back the legacy field ${v.field}: it would be lost.`,
    fix: (v) =>
      `Map it, keep it with intoJson('…', '${v.field}'), or give it up with drop('${v.field}', 'reason').`,
  },
  TARGET_FIELD_UNWRITTEN: {
    message: (v: { mapping: string; field: string }) =>
      `In ${v.mapping} no rule writes the target field ${v.field}, which is NOT NULL and has no default.`,
    fix: (v) => `Write it with a rule, or set it with constant('${v.field}', value).`,
  },
  FIELD_WRITTEN_TWICE: {
    message: (v: { mapping: string; field: string; rules: string }) =>
      `In ${v.mapping} the field ${v.field} is written by several rules: ${v.rules}.`,
    fix: (v) => `Keep one rule for ${v.field}; where several fields decide one, use decide(…).`,
  },
  RULE_MISFIT: {
    message: (v: { mapping: string; rule: string; why: string }) =>
      `In ${v.mapping} the rule ${v.rule} does not fit: ${v.why}`,
    fix: () => 'Correct the rule as the message says.',
  },
  REFERENCE_CYCLE: {
    message: (v: { cycle: string }) => `The mappings refer to each other in a circle: ${v.cycle}.`,
    fix: () =>
      'Keep one of the references as a plain field with intoJson, and derive the reference on one side only.',
  },
  MAPPING_UNKNOWN: {
    message: (v: { name: string; known: string }) =>
      `There is no mapping named ${v.name}; known are ${v.known}.`,
    fix: () => 'Add the mapping to the migration, or correct the name.',
  },
  KIND_UNKNOWN: {
    message: (v: { kind: string; known: string }) => `There is no rule kind ${v.kind}; known are ${v.known}.`,
    fix: () => 'Correct the name, or pass the kind in defineMapping({ kinds }).',
  },
  ROW_REFUSED: {
    message: (v: { mapping: string; rule: string; why: string; key: string }) =>
      `${v.mapping} ${v.key}: the rule ${v.rule} cannot map this row: ${v.why}`,
    fix: () => 'Correct the row, or widen the rule.',
  },
  LAW_BROKEN: {
    message: (v: { law: string; rule: string; detail: string; seed: number }) =>
      `The law "${v.law}" does not hold for ${v.rule} (seed ${v.seed}): ${v.detail}`,
    fix: () =>
      'Mend the rule kind, or state in its loss or acceptance what it cannot keep; run again with that seed.',
  },
})
