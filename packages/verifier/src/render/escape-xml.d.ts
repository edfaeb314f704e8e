/**
 * Text for XML, elements and attributes alike. Characters that XML cannot hold at all become `\uFFFD`.
 *
 * @example
 * escapeXml('a < "b"') // => 'a &lt; &quot;b&quot;'
 */
export declare function escapeXml(text: string): string
//# sourceMappingURL=escape-xml.d.ts.map
