import {
  fieldNamed,
  keyPairs,
  type Mapping,
  mappingNamed,
  type SqlScope,
  subqueryScope,
  tableSql,
  typeText,
} from '@changeover/mapping'
import { ident, literal, type Sql, sql, typeName } from '@changeover/mapping/sql'
import { inSchema, type ProxySet } from './proxy.ts'
import type { ProxyFunction } from './read-functions.ts'

/**
 * Answers references by functions, whose plans each session keeps: a view with a subquery for each would be planned for
 * milliseconds at every single query.
 */
export function functionScope(set: ProxySet, mapping: Mapping): SqlScope {
  return {
    twin: (name, key) => sql`${inSchema(set, nameOf('twin', mappingNamed(mapping, name)))}(${key})`,
    original: (name, key) => sql`${inSchema(set, nameOf('original', mappingNamed(mapping, name)))}(${key})`,
  }
}

/** The functions of every mapping whose rows can be referred to: keys of one column. */
export function referenceFunctions(set: ProxySet): readonly ProxyFunction[] {
  const mappings = [...new Set(set.proxies.map(({ mapping }) => mapping))]
  return mappings
    .flatMap((mapping) => [mapping, ...mapping.refersTo.values()])
    .filter((mapping, index, all) => all.findIndex(({ name }) => name === mapping.name) === index)
    .filter(({ legacy, target }) => legacy.key.length === 1 && target.key.length === 1)
    .flatMap((mapping) => functionsOf(set, mapping))
}

function functionsOf(set: ProxySet, mapping: Mapping): readonly ProxyFunction[] {
  const scope = subqueryScope({ refersTo: new Map([['self', placed(set, mapping)]]) })
  const given = ident('changeover_key')
  const legacyKey = typeName(typeText(keyPairs(mapping)[0]?.field.type ?? { base: 'text' }))
  const targetKey = typeName(typeText(fieldNamed(mapping.target, mapping.target.key[0] ?? '').type))
  return [
    stable(set, nameOf('twin', mapping), legacyKey, targetKey, scope.twin('self', given)),
    stable(set, nameOf('original', mapping), targetKey, legacyKey, scope.original('self', given)),
  ]
}

/** The mapping with its target's schema named, for statements that run under any search path. */
function placed(set: ProxySet, mapping: Mapping): Mapping {
  const schema = set.targetSchemas.get(tableSql(mapping.target).text) ?? mapping.target.schema
  return { ...mapping, target: { ...mapping.target, schema } }
}

function stable(set: ProxySet, name: string, takes: Sql, gives: Sql, answer: Sql): ProxyFunction {
  const create = sql`CREATE OR REPLACE FUNCTION ${inSchema(set, name)}(${ident('changeover_key')} ${takes})
  RETURNS ${gives} LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE COST 10 AS ${literal(`
  BEGIN
    RETURN ${answer.text};
  END`)}`
  return { create: create.text, drop: sql`DROP FUNCTION IF EXISTS ${inSchema(set, name)}(${takes})`.text }
}

function nameOf(question: 'twin' | 'original', { name }: Mapping): string {
  return `${question}_of_${name}`
}
