import type { Transaction } from '@changeover/database'
import { type Mapping } from '@changeover/mapping'
import type { Key } from '@changeover/sync'
/**
 * Which of these target rows other rows depend on by a foreign key, links of the mapping aside: to delete them would delete
 * or change rows that nobody has looked at. A row that goes itself counts as none.
 */
export declare function rowsDependedOn(
  tx: Transaction,
  mapping: Mapping,
  rowKeys: readonly Key[],
): Promise<ReadonlySet<string>>
//# sourceMappingURL=dependent-rows.d.ts.map
