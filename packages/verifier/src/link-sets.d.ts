import { type Links, type LinkSide } from '@changeover/mapping'
import { type Sql } from '@changeover/mapping/sql'
/**
 * The pairs of `pairs` of which one side has a link that the other has not: all links of both sides together, grouped by pair
 * and values. `owners` bounds the legacy links to those of the selection.
 */
export declare function unequalLinksSql(link: Links, columns: Sql, owners: Sql): Sql
/** TRUE where the link rows of the pair under the alias `s` are not the same on both sides. */
export declare function linkDiffersSql(link: Links): Sql
/** The links of one side of the pair under the alias `s`, as text: `{ann,bob}`. */
export declare function linkedSql(side: LinkSide, key: string): Sql
//# sourceMappingURL=link-sets.d.ts.map
