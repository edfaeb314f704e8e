/** Compiles the examples of every README and docstring against the real packages, runs them, and checks their `// =>` lines. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { blocksOf, docExamplesOf, exportedNames, moduleOf } from './readme-examples/extract.mjs'
import { filesBelow, isMain, isTest, packagesIn, report } from './source-files.mjs'

const home = 'tooling/readme-examples'
const folder = `${home}/.cache/examples`
const checkFrom = '../../src/check.ts'

/** READMEs whose examples are compiled and not run, since their packages' own tests run the same at length. */
const compiledOnly = new Set([
  'packages/proxies/README.md', // needs a target that leads
  'packages/supplier-tasks/README.md', // needs supplier tasks
  'packages/work-items/README.md', // needs work items
  'tooling/embedded-postgres/README.md', // starts a server
])

/** The examples below `root`, as modules: `{ name, file, module, use }`, where `use` is none, plain or database. */
export function examplesOf(root) {
  return [...readmeExamples(root), ...docExamples(root)].map((example, index) => ({
    ...example,
    name: `${String(index + 1).padStart(2, '0')}-${example.file.replaceAll(/\W+/g, '-')}.ts`,
  }))
}

/** What every package has to have: a README with an example. */
export function missingExamples(root) {
  return ['packages', 'apps'].flatMap((group) =>
    packagesIn(root, group).flatMap((each) => {
      const file = `${each.folder}/README.md`
      if (!existsSync(join(root, file))) return [`${file} is missing`]
      return blocksOf(readFileSync(join(root, file), 'utf8')).length === 0 ? [`${file} has no example`] : []
    }),
  )
}

function readmeExamples(root) {
  const sources = ['context.ts', 'entities.ts'].map((file) => ({
    from: `../../src/${file}`,
    names: namesIn(root, `${home}/src/${file}`),
  }))
  return filesBelow(root)
    .filter((file) => /(^|\/)README\.md$|^docs\/guide\//.test(file))
    .flatMap((file) =>
      blocksOf(readFileSync(join(root, file), 'utf8')).map((block) => {
        const onDatabase = /\bdatabase\b|postgres/.test(block.text) ? 'database' : 'plain'
        return {
          file,
          use: compiledOnly.has(file) ? 'none' : onDatabase,
          module: moduleOf(block, { sources, checkFrom, file }),
        }
      }),
    )
}

/** An example in a docstring may use what its file and its package export. */
function docExamples(root) {
  return packagesIn(root, 'packages').flatMap(({ folder: at }) =>
    filesBelow(root, `${at}/src`)
      .filter((file) => /(?<!\.d)\.ts$/.test(file) && !isTest(file))
      .flatMap((file) => {
        const sources = [file, `${at}/src/index.ts`].map((each) => ({
          from: `../../../../${each}`,
          names: namesIn(root, each),
        }))
        return docExamplesOf(readFileSync(join(root, file), 'utf8')).map((example) => ({
          file,
          use: 'plain',
          module: moduleOf(example, { sources, checkFrom, file }),
        }))
      }),
  )
}

function namesIn(root, file) {
  return existsSync(join(root, file)) ? exportedNames(readFileSync(join(root, file), 'utf8')) : []
}

function write(root, examples) {
  rmSync(join(root, folder), { recursive: true, force: true })
  mkdirSync(join(root, folder), { recursive: true })
  for (const { name, module } of examples) writeFileSync(join(root, folder, name), module)
}

/** Compiles, then runs. Lines of errors, which name the README and the line in it. */
function violations(root) {
  const examples = examplesOf(root)
  if (examples.length === 0) return ['there is no example']
  write(root, examples)
  const named = (output) =>
    output.replaceAll(/[\w./-]*\.cache\/examples\/([\w-]+\.ts)/g, (path, name) => {
      const example = examples.find((each) => each.name === name)
      return example?.file ?? path
    })
  const inUse = (use) => examples.filter((each) => each.use === use).map(({ name }) => join(folder, name))
  const runner = ['--conditions=source', '--disable-warning=ExperimentalWarning', `${home}/src/run.ts`]
  const steps = [
    ['tsc', '--noEmit', '-p', `${home}/tsconfig.examples.json`],
    [process.execPath, ...runner, 'plain', ...inUse('plain'), 'database', ...inUse('database')],
  ]
  const found = missingExamples(root)
  for (const [program, ...args] of steps) {
    const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: root, encoding: 'utf8' })
    if (status !== 0) return [...found, named(`${stdout ?? ''}${stderr ?? ''}${error ?? ''}`)]
  }
  return found
}

if (isMain(import.meta.url)) report('readme examples', violations(join(dirname(import.meta.filename), '..')))
