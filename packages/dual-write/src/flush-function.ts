import type { Direction, Mapping } from '@changeover/mapping'
import { join, literal, sql } from '@changeover/mapping/sql'
import { parameter } from '@changeover/sync'
import { phaseOf, writeOrOwe } from './capture-function.ts'
import { type DbFunction, objectName } from './db-object.ts'
import type { DualWrite } from './dual-write.ts'
import { arrays, declared, variables } from './sync-call.ts'

/** The name of the function that a flush calls for a mapping and direction. */
export function flushName(migration: string, mapping: Mapping, direction: Direction): string {
  return objectName('flush', migration, mapping.name, direction)
}

/** What capture by the ORM calls before it commits, with the keys it has seen: the same as a trigger does with its own. */
export function flushFunctions(dualWrite: DualWrite, mapping: Mapping): readonly DbFunction[] {
  const { migration } = dualWrite
  return (['forward', 'backward'] as const).map((direction) => {
    const keys = variables(mapping, 'keys')
    const given = keys.map((key, index) => sql`${key} := ${parameter(index + 1)};`)
    return {
      name: flushName(migration, mapping, direction),
      takes: join([...arrays(mapping), sql`boolean`]),
      gives: sql`void`,
      settings: {},
      body: sql`
#variable_conflict use_column
DECLARE
  ${declared(mapping, keys)}
  changeover_refused text;
BEGIN
  IF (SELECT now.phase FROM changeover.current_phase(${literal(migration)}) AS now) <> ${literal(phaseOf[direction])} THEN RETURN; END IF;
  ${join(given, ' ')}${writeOrOwe(dualWrite, { mapping, direction }, keys, parameter(keys.length + 1))}
END`,
    }
  })
}
