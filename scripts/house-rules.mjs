/** The few rules of this house that the linter cannot express. */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { codeOf, filesBelow, isMain, isTest, report } from './source-files.mjs'

const inPackages = (file) => /^packages\/[^/]+\/src\/.*\.ts$/.test(file)
const isText = (file) => /\.(ts|tsx|mjs|js|json|md|ya?ml|sql)$/.test(file)

const rules = [
  {
    says: 'only a rule kind knows its own kind: ask the kind instead of comparing `.kind`',
    applies: (file) =>
      (inPackages(file) || file.startsWith('apps/')) &&
      !file.startsWith('packages/mapping/src/kinds/') &&
      !isTest(file),
    // The kinds of identities and of MikroORM's properties are closed lists; those of rules are not.
    finds: /(?<!\b(identity|property))\.kind\s*[!=]==/,
  },
  {
    says: 'throw a coded failure of the package’s errors.ts, or a bug(), instead of a bare Error',
    applies: (file) => inPackages(file) && !isTest(file),
    finds: /\bthrow new Error\(/,
  },
  {
    says: 'a package does not print: return the text',
    applies: (file) => inPackages(file) && !isTest(file),
    finds: /\bconsole\./,
  },
  {
    says: 'index.ts is a table of contents: list the names instead of `export *`',
    applies: (file) => /\/src\/.*index\.ts$/.test(file),
    finds: /\bexport \*/,
  },
  {
    says: 'this repository stands alone: it refers to nothing beside it',
    applies: (file) => isText(file) && !file.startsWith('scripts/house-rules') && file !== 'pnpm-lock.yaml',
    finds: /\.\.\/shared\/(design|seeds|hooks)|(?<![\w.])\/work\/(main|shared)\b/,
    everywhere: true,
  },
  {
    says: 'a conflict was left unresolved',
    applies: (file) => isText(file) && !file.startsWith('scripts/house-rules'),
    finds: /^(<{7}|>{7}|\|{7}) /,
    everywhere: true,
  },
]

/** Lists the violations below `root`, one line each. */
export function houseRuleViolations(root) {
  const files = filesBelow(root)
  if (!files.some(inPackages)) return [`there is no source file below ${root}/packages`]
  return files.flatMap((file) => [
    ...namedBadly(file),
    ...rules.flatMap((rule) => violations(root, file, rule)),
  ])
}

function violations(root, file, rule) {
  if (!rule.applies(file)) return []
  const text = rule.everywhere ? readFileSync(join(root, file), 'utf8') : codeOf(join(root, file))
  return text
    .split('\n')
    .flatMap((line, index) => (rule.finds.test(line) ? [`${file}:${index + 1}: ${rule.says}`] : []))
}

function namedBadly(file) {
  const vague = /^(utils?|helpers?|common|types)\.ts$/.test(basename(file))
  return vague ? [`${file}: name a file by the one thing that it exports`] : []
}

if (isMain(import.meta.url)) report('house rules', houseRuleViolations(process.cwd()))
