/** Writes docs/failure-modes.md from the list of modes and from the tests that name one (`FM-01 …`); without `--write` it compares. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { failureModes } from './failure-modes/modes.mjs'
import { filesBelow, isMain, report } from './source-files.mjs'

const page = 'docs/failure-modes.md'
const command = 'node scripts/failure-modes.mjs --write'

/** What keeps the page from being true: modes without a test, tests of unknown modes, an old page. One line each. */
export function failureModeViolations(root, modes = failureModes) {
  const tests = namedTests(root)
  const found = [...untested(modes, tests), ...unlisted(modes, tests)]
  const path = join(root, page)
  const written = existsSync(path) ? readFileSync(path, 'utf8') : ''
  if (written !== pageOf(modes, tests)) found.push(`${page} is stale: run ${command}`)
  return found
}

/** The page as it has to be now. */
export function failureModesPage(root, modes = failureModes) {
  return pageOf(modes, namedTests(root))
}

function untested(modes, tests) {
  return Object.keys(modes)
    .filter((number) => !tests.some((test) => test.modes.includes(Number(number))))
    .map((number) => `${label(number)} has no test that names it`)
}

function unlisted(modes, tests) {
  return tests.flatMap(({ file, name, modes: named }) =>
    named
      .filter((number) => !(number in modes))
      .map(
        (number) =>
          `${file}: "${name}" is of ${label(number)}: say what it is in scripts/failure-modes/modes.mjs`,
      ),
  )
}

function pageOf(modes, tests) {
  const rows = Object.entries(modes).map(([number, [what, prevention]]) => {
    const own = tests.filter((test) => test.modes.includes(Number(number)))
    const files = [...new Set(own.map(({ file }) => file))].map((file) => `[${shortName(file)}](../${file})`)
    const mutations = own.filter(({ isMutation }) => isMutation).length
    return `| ${label(number)} | ${what} | ${prevention} | ${files.join('<br>')} | ${mutations || '–'} |`
  })
  return [
    '# Failure modes',
    '',
    'What has gone wrong in real online migrations, what prevents it here, and the tests that prove it. *Mutations* are tests in',
    `which the prevention is switched off, to see that its test notices. Written by \`${command}\`.`,
    '',
    '| | what goes wrong | prevented by | tests | mutations |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

/** `backfill/races` for packages/backfill/src/races.db.test.ts. */
function shortName(file) {
  return `${file.split('/')[1]}/${basename(file).replace(/(\.db)?\.test\.ts$/, '')}`
}

function label(number) {
  return `FM-${String(number).padStart(2, '0')}`
}

function namedTests(root) {
  return ['packages', 'apps', 'tooling', 'examples']
    .flatMap((group) => filesBelow(root, group))
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => testsIn(readFileSync(join(root, file), 'utf8')).map((test) => ({ file, ...test })))
}

/**
 * The tests of a file, each with the modes that its own name or that of a group around it says. What is around it is told
 * by the indentation, which the formatter keeps.
 */
export function testsIn(text) {
  let groups = []
  return blocksIn(text).flatMap(({ kind, indent, name }) => {
    groups = groups.filter((group) => group.indent < indent)
    const names = [...groups.map((group) => group.name), name].join(' ')
    if (kind === 'describe') {
      groups.push({ indent, name })
      return []
    }
    const modes = [...new Set([...names.matchAll(/\bFM-(\d+)/g)].map(([, number]) => Number(number)))]
    return [{ name, modes, isMutation: /\bmutations?\b/i.test(names) }]
  })
}

/** Calls of describe and test, in order. The name of a table of tests (`test.each(…)('name', …)`) follows its cases. */
function blocksIn(text) {
  const call = /^( *)(describe|test|it)\b[\w.]*\(\s*(?:(['"`])(.*?)\3,)?|\)\(\s*(['"`])(.*?)\5,/gm
  const blocks = []
  let open
  for (const [, indent, kind, , name, , nameOfTable] of text.matchAll(call)) {
    if (kind !== undefined) open = { kind, indent: indent.length }
    const found = name ?? nameOfTable
    if (open === undefined || found === undefined) continue
    blocks.push({ ...open, name: found })
    open = undefined
  }
  return blocks
}

if (isMain(import.meta.url)) {
  const root = join(import.meta.dirname, '..')
  if (process.argv.includes('--write')) writeFileSync(join(root, page), failureModesPage(root))
  report('failure modes', failureModeViolations(root))
}
