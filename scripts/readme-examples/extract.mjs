/** Finds examples in READMEs and docstrings, and makes modules of them that check what their `// =>` lines say. */

/** The ```ts blocks of a Markdown text, with the number of lines before each. */
export function blocksOf(markdown) {
  return [...markdown.matchAll(/^```ts\n([^]*?)^```$/gm)].map(({ 1: text, index }) => ({
    text,
    linesBefore: markdown.slice(0, index).split('\n').length,
  }))
}

/** The `@example`s of a source text that say what they give. */
export function docExamplesOf(source) {
  return [...source.matchAll(/^ *\* @example\n((?: *\*(?!\/| @).*\n)+)/gm)].flatMap(({ 1: text, index }) => {
    const code = text.replaceAll(/^ *\* ?/gm, '')
    return code.includes('// =>')
      ? [{ text: code, linesBefore: source.slice(0, index).split('\n').length }]
      : []
  })
}

/** The names of values that a module exports, by its own text. */
export function exportedNames(source) {
  const declared = /^export (?:declare )?(?:async )?(?:const|let|function|class) (\w+)/gm
  const listed = /^export \{([^}]*)\}/gm
  return [
    ...[...source.matchAll(declared)].map(([, name]) => name),
    ...[...source.matchAll(listed)].flatMap(([, names]) => names.split(',').flatMap(exportedName)),
  ]
}

function exportedName(text) {
  const name = text.trim()
  return name === '' || name.startsWith('type ') ? [] : [name.split(' as ').at(-1)]
}

/**
 * The module of an example: what it uses and does not say is imported in the first line, and its lines keep their numbers.
 * `sources` are lists of names by the module that has them; the first one wins.
 */
export function moduleOf({ text, linesBefore }, { sources, checkFrom, file }) {
  const code = checked(text, (line) => `${file}:${linesBefore + line + 1}`)
    // Any address stands for that of the fresh database, and a file beside the example for the context.
    .replaceAll(/'postgres(ql)?:\/\/[^']*'|process\.env\.DATABASE_URL/g, 'String(process.env.DATABASE_URL)')
    .replaceAll(/from '\.\/[^']+'/g, `from '${sources[0]?.from}'`)
  const own = declaredNames(text)
  const imports = sources.map(({ from, names }) => {
    const used = names.filter(
      (name) => new RegExp(`(?<!(?<!\\.\\.)\\.|[\\w'])${name}\\b`).test(text) && !own.has(name),
    )
    for (const name of used) own.add(name)
    return used.length > 0 ? `import { ${used.join(', ')} } from '${from}';` : ''
  })
  const first = `import { check } from '${checkFrom}';${imports.join('')}export {};`
  return `${first}${'\n'.repeat(linesBefore)}${code}`
}

function declaredNames(text) {
  const declared = [...text.matchAll(/\b(?:const|let|function|class) (\w+)/g)].map(([, name]) => name)
  const unpacked = [...text.matchAll(/\b(?:const|import) \{([^}]*)\}/g)].flatMap(([, names]) =>
    names.split(',').map((name) =>
      name
        .split(/:| as /)
        .at(-1)
        .trim(),
    ),
  )
  return new Set([...declared, ...unpacked])
}

/** Turns `expression // => value`, or a `// => value` below a statement, into a call of `check` on the same lines. */
function checked(text, whereIs) {
  const lines = text.split('\n')
  lines.forEach((line, index) => {
    const [, before, value] = /^(.*?)\/\/ => (.+)$/.exec(line) ?? []
    if (value === undefined) return
    const where = JSON.stringify(whereIs(index))
    const isBelow = before.trim() === ''
    const end = isBelow ? index - 1 : index
    const start = lines.findLastIndex((each, at) => at <= end && /^[^\s)\]}]/.test(each))
    const [, name] = /^(?:export )?const (\w+) =/.exec(lines[start]) ?? []
    if (name === undefined) {
      lines[index] = `${before}), (${value}), ${where})`
      lines[start] = `check((${lines[start]}`
    } else lines[index] = `${before}; check(${name}, (${value}), ${where})`
  })
  return lines.join('\n')
}
