import type { Queryable } from '@changeover/database'
import { type Mapping } from '@changeover/mapping'
/** Whether target rows can be looked up by their identity in an index. Where they cannot, whole tables are joined instead. */
export declare function isIdentityIndexed(database: Queryable, mapping: Mapping): Promise<boolean>
//# sourceMappingURL=identity-access.d.ts.map
