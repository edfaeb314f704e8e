/** The whole verification as JSON. */
export function renderJson(verification) {
  return JSON.stringify(verification, null, 2)
}
//# sourceMappingURL=json.js.map
