/** `new rule <name>`: starts a rule kind whose laws fail until it is written. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const templates = join(dirname(fileURLToPath(import.meta.url)), 'new-rule')
const mapping = 'packages/mapping/src'

/**
 * Writes the kind and its test, and puts the kind on the lists. Gives the lines to print.
 * Throws a sentence for the user, before anything is written.
 */
export function newRule(root, name = '') {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    throw new Error('Name the rule kind in kebab-case: pnpm new rule first-word')
  const words = { name, snake: name.replaceAll('-', '_'), camel: camelCase(name), Pascal: pascalCase(name) }
  const kind = `${mapping}/kinds/${name}.ts`
  const test = `${mapping}/kinds/${name}.test.ts`
  for (const file of [kind, test])
    if (existsSync(join(root, file))) throw new Error(`${file} is there already.`)
  const registry = edited(root, `${mapping}/kinds/index.ts`, (text) => registered(text, words))
  const index = edited(root, `${mapping}/index.ts`, (text) => exported(text, words))
  for (const write of [registry, index]) write()
  writeFileSync(join(root, kind), filled('kind', words))
  writeFileSync(join(root, test), filled('test', words))
  return [
    `Written: ${kind}, ${test}. Listed in ${mapping}/kinds/index.ts and ${mapping}/index.ts.`,
    '',
    'The kind is on the list, so its laws run now, and fail:',
    `    npm test -- ${mapping}`,
    `1. Fill in every TODO of ${kind}: the row functions first, then their SQL twins.`,
    `2. Claim in ${test} what it does, one branch after the other.`,
    '3. Run the command again until nothing fails.',
    '4. pnpm changeset, since users of the mapping language notice a new kind.',
  ]
}

function filled(template, words) {
  const text = readFileSync(join(templates, `${template}.txt`), 'utf8')
  return text.replaceAll(/__(name|snake|camel|Pascal)__/g, (_, word) => words[word])
}

/** Reads and edits now, writes when called. An edit that changes nothing found no place for the kind. */
function edited(root, file, edit) {
  const before = readFileSync(join(root, file), 'utf8')
  const after = edit(before)
  if (after === before) throw new Error(`${file} has no list of kinds any more: mend scripts/new-rule.mjs.`)
  return () => writeFileSync(join(root, file), after)
}

function registered(text, { name, camel }) {
  const listed = insertedSorted(
    text,
    /^import \{ \w+Kind \} from '\.\/.+'$/,
    `import { ${camel}Kind } from './${name}.ts'`,
  )
  return listed === text ? text : insertedSorted(listed, /^ {2}\w+Kind,$/, `  ${camel}Kind,`)
}

function exported(text, { name, camel }) {
  return insertedSorted(
    text,
    /^export \{ \w+ \} from '\.\/kinds\/.+'$/,
    `export { ${camel} } from './kinds/${name}.ts'`,
  )
}

/** Puts a line before the first of its like that sorts after it, or behind the last one. */
function insertedSorted(text, like, line) {
  const lines = text.split('\n')
  const alike = lines.flatMap((each, index) => (like.test(each) ? [index] : []))
  if (alike.length === 0) return text
  const next = alike.find((index) => lines[index] > line) ?? alike.at(-1) + 1
  return lines.toSpliced(next, 0, line).join('\n')
}

function camelCase(name) {
  return name.replaceAll(/-(.)/g, (_, letter) => letter.toUpperCase())
}

function pascalCase(name) {
  return camelCase(`-${name}`)
}
