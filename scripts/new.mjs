/** `pnpm new <what> <name>`: starts one of the things that this repository has many of. */
import { newRule } from './new-rule.mjs'
import { isMain } from './source-files.mjs'

const makers = { rule: newRule }

/** The lines to print, or a sentence thrown for the user. */
export function make(root, [what, name]) {
  const maker = Object.hasOwn(makers, what ?? '') ? makers[what] : undefined
  if (!maker) throw new Error(`Say what to start: pnpm new ${Object.keys(makers).join(' | ')} <name>`)
  return maker(root, name)
}

if (isMain(import.meta.url)) {
  try {
    console.log(make(process.cwd(), process.argv.slice(2)).join('\n'))
  } catch (error) {
    console.error(error.message)
    process.exitCode = 2
  }
}
