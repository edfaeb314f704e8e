/** A table drawn with lines. The first row is the head, the first column are names; cells are padded to the widest of their column. */
export declare function box(rows: readonly (readonly string[])[]): readonly string[]
//# sourceMappingURL=box.d.ts.map
