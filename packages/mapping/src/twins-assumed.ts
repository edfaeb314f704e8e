import { typeText } from './column-type.ts'
import { fit } from './fit.ts'
import type { Mapping } from './mapping.ts'
import type { SqlScope } from './rule.ts'
import { mappingNamed } from './scope.ts'
import { sql } from './sql.ts'
import { fieldNamed } from './table.ts'

/** Takes references as if every row referred to had its twin, so that an analysis is the same before and after a backfill. */
export function twinsAssumed(mapping: Mapping): SqlScope {
  return {
    twin: (_name, key) => sql`(${key})::text`,
    original: (name, key) => {
      const { legacy } = mappingNamed(mapping, name)
      const { type } = fieldNamed(legacy, legacy.key[0] ?? '')
      return (
        fit({ base: 'text' }, type)?.sql(sql`(${key})::text`) ?? sql`(${key})::${{ text: typeText(type) }}`
      )
    },
  }
}
