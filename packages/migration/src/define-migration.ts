import { inOrder, type Mapping, type Table, tableSql } from '@changeover/mapping'
import { type FlagNames, flagNames } from '@changeover/rollout'
import { errors } from './errors.ts'

/** What one changeover is: its mappings, and the names people know it by. */
export interface Migration {
  /** Names it on the command line and in every bookkeeping table. */
  readonly name: string
  /** As they were listed: the order of reports. */
  readonly mappings: readonly Mapping[]
  /** In the order of their references, in which rows are written: a mapping comes after those it refers to. */
  readonly ordered: readonly Mapping[]
  /** What reports call the target: `With WorkItem`. */
  readonly targetModel: string
  readonly flags: FlagNames
}

export interface MigrationDefinition {
  readonly name: string
  readonly mappings: readonly Mapping[]
  readonly targetModel: string
  /** Environment variables that are named otherwise than {@link flagNames}. */
  readonly flags?: Partial<FlagNames>
}

const namePattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

/**
 * Defines a migration and checks it: at least one mapping, no name twice, no legacy row in two of them, every reference within it,
 * no circle.
 *
 * Errors: MIGRATION.NAME_INVALID, MAPPINGS_MISSING, MAPPING_TWICE, LEGACY_MAPPED_TWICE; MAPPING.REFERENCE_CYCLE, MAPPING_UNKNOWN.
 */
export function defineMigration(definition: MigrationDefinition): Migration {
  const { name, mappings, targetModel } = definition
  if (!namePattern.test(name)) throw errors.NAME_INVALID({ name })
  if (mappings.length === 0) throw errors.MAPPINGS_MISSING({ migration: name })
  const twice = mappings.find(
    (each, index) => mappings.findIndex((other) => other.name === each.name) < index,
  )
  if (twice) throw errors.MAPPING_TWICE({ migration: name, mapping: twice.name })
  for (const { table, mappings: both } of mappedTwice(mappings))
    throw errors.LEGACY_MAPPED_TWICE({ migration: name, table, mappings: both.join(', ') })
  return Object.freeze({
    name,
    mappings: Object.freeze([...mappings]),
    ordered: Object.freeze(inOrder(mappings)),
    targetModel,
    flags: Object.freeze({ ...flagNames, ...definition.flags }),
  })
}

/** Legacy tables of which several mappings speak of the same rows. */
function mappedTwice(mappings: readonly Mapping[]) {
  const byTable = Map.groupBy(mappings, ({ legacy }) => tableSql(legacy).text)
  return [...byTable.values()].flatMap((each) => {
    const both = each.filter((one) =>
      each.some((other) => other !== one && overlap(one.legacy, other.legacy)),
    )
    const [first] = both
    return first ? [{ table: first.legacy.name, mappings: both.map(({ name }) => name) }] : []
  })
}

/** Whether a row may belong to both: unless some field must have different values. */
function overlap(left: Table, right: Table): boolean {
  return Object.entries(left.where).every(([field, values]) => {
    const others = right.where[field]
    return others === undefined || values.some((value) => others.includes(value))
  })
}
