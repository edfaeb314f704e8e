import { type ArchivedTable, placeOf } from '@changeover/migration'

/** Where each legacy table is. */
export function archivedLines(archived: readonly ArchivedTable[]): readonly string[] {
  if (archived.length === 0) return ['Nothing is archived.']
  return archived.map((each) => {
    const view = each.hasView && each.state !== 'restored' ? '; a view over the target has its name' : ''
    const columns = each.columns?.columns.map(({ name }) => name).join(', ')
    const what = columns === undefined ? '' : ` (${columns}; ${each.rowsCopied} rows)`
    return `✓ ${each.schema}.${each.table}${what}: ${each.state} at ${placeOf(each)}, ${each.at} by ${each.by}${view}`
  })
}
