import { readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type ErrorDoc, listErrors } from '@changeover/errors'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))

interface Catalogue {
  readonly errors: { catalogue(): readonly ErrorDoc[] }
}

/** Every errors.ts of the repository: whoever adds a package need not add it here. */
async function catalogues(): Promise<readonly Catalogue['errors'][]> {
  const files = ['packages', 'tooling', 'apps'].flatMap((group) =>
    readdirSync(`${root}${group}`).map((name) => `${root}${group}/${name}/src/errors.ts`),
  )
  const found = files.filter((file) => statSync(file, { throwIfNoEntry: false }) !== undefined)
  const modules = await Promise.all(found.map((file): Promise<Catalogue> => import(/* @vite-ignore */ file)))
  return modules.map(({ errors }) => errors)
}

function page(docs: readonly ErrorDoc[]): string {
  const byNamespace = Map.groupBy(docs, ({ code }) => code.slice(0, code.indexOf('.')))
  const sections = [...byNamespace].flatMap(([namespace, entries]) => [
    `## ${namespace}`,
    '',
    ...entries.flatMap(entryLines),
  ])
  return [
    '# Errors',
    '',
    'Every failure has a code that stays, a message with names and values (here ‹name›), and a fix. The command line prints them',
    'as text, with `--json` as data. This page is generated from the catalogues of all packages.',
    '',
    ...sections,
  ]
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
}

function entryLines({ code, message, fix, retriable }: ErrorDoc): readonly string[] {
  return [
    `### ${code}`,
    '',
    quoted(message),
    '',
    `**Fix:** ${escaped(fix)}${retriable ? ' _The same call may succeed later by itself._' : ''}`,
    '',
  ]
}

function quoted(text: string): string {
  return escaped(text)
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n')
}

/** Outside of code spans, what Markdown would take for markup. */
function escaped(text: string): string {
  return text.replaceAll(
    /(`[^`]*`)|([<>*_|])/g,
    (_match, code?: string, mark?: string) => code ?? `\\${mark}`,
  )
}

// When this fails a catalogue has changed: run `vitest run errors-page -u` and read the difference.
test('docs/errors.md is what the catalogues say', async () => {
  const sets = await catalogues()
  expect(sets.length).toBeGreaterThanOrEqual(10)
  await expect(page(listErrors(...sets))).toMatchFileSnapshot(`${root}docs/errors.md`)
})
