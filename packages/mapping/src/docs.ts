import type { Mapping, ResolvedRule } from './mapping.ts'
import type { Holding } from './rule.ts'
import { typeText } from './column-type.ts'
import { fieldNamed } from './table.ts'

/** The field-mapping reference of a mapping as Markdown: one table row for each rule, then what is lost and where it is kept. */
export function docsOf(mapping: Mapping): string {
  const where = Object.entries(mapping.target.where).map(
    ([field, values]) => `${field} in ${values.join(', ')}`,
  )
  return [
    `## ${mapping.name}`,
    '',
    `\`${mapping.legacy.name}\` → \`${mapping.target.name}\`${where.length > 0 ? ` (${where.join('; ')})` : ''}. Identity: \`${mapping.legacy.key.join(', ')}\` ${mapping.identity.kind === 'sameKey' ? 'is kept as' : 'is stored in'} \`${mapping.identity.slots.join(', ')}\`.`,
    '',
    '| Legacy | Target | How | Way there | Way back |',
    '| --- | --- | --- | --- | --- |',
    ...mapping.rules.map((each) => line(mapping, each)),
    ...mapping.links.map(
      (each) =>
        `| ${each.name} (\`${each.legacy.table.name}\`) | \`${each.target.table.name}\` | link rows follow their parent | exact | exact |`,
    ),
    ...Object.entries(mapping.legacy.leftOut ?? {}).map(
      ([column, why]) => `| \`${column}\` | – | left out | ${why.replaceAll('|', '\\|')} | – |`,
    ),
    '',
  ].join('\n')
}

function line(mapping: Mapping, { rule, kind, shape, slots, loss }: ResolvedRule): string {
  const fields = [...shape.restores, ...(shape.drops ?? [])]
  const legacy = (fields.length > 0 ? fields : shape.reads).map(
    (name) => `\`${name}\` ${typeText(fieldNamed(mapping.legacy, name).type)}`,
  )
  const target = slots.map(
    ({ slot, type }) => `\`${slot.ref}\` ${typeText(slot.jsonKey === undefined ? slot.field.type : type)}`,
  )
  const cells = [
    legacy.join('<br>') || '–',
    target.join('<br>') || '–',
    kind.doc(rule.params),
    held(loss.forward),
    held(loss.backward),
  ]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function held(holding: Holding): string {
  if (holding.holds === 'all') return 'exact'
  return holding.holds === 'residue'
    ? `exact, kept in ${holding.in.map((slot) => `\`${slot}\``).join(', ')}`
    : holding.why
}
