const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;' }
/**
 * Text for XML, elements and attributes alike. Characters that XML cannot hold at all become `\uFFFD`.
 *
 * @example
 * escapeXml('a < "b"') // => 'a &lt; &quot;b&quot;'
 */
export function escapeXml(text) {
  return [...text.toWellFormed()]
    .map((character) => entities[character] ?? (isAllowed(character) ? character : '\uFFFD'))
    .join('')
}
/** The production Char of XML 1.0, of which the line feed is handled above. */
function isAllowed(character) {
  const code = character.codePointAt(0) ?? 0
  return (
    code === 9 ||
    code === 13 ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    code > 0xffff
  )
}
//# sourceMappingURL=escape-xml.js.map
