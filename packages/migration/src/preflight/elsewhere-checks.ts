import type { Check } from '../checks/check.ts'

/** What is on the checklist and cannot be read in a database: each says who can tell. */
export const elsewhereChecks: readonly Check[] = [
  elsewhere(
    'crud',
    'work can be created, read, changed and deleted, and its hierarchy navigated',
    'it writes rows, so it is a command of its own: changeover smoke --url <url>',
  ),
  elsewhere('static-files', 'static files are collected', 'nothing of changeover serves any'),
  elsewhere(
    'secret-rotated',
    'secrets are rotated after the deployment',
    'nothing of changeover signs; rotate the password of DATABASE_URL and the tokens of the API',
  ),
  elsewhere('feedback', 'users are content', 'only people can tell'),
]

function elsewhere(name: string, claim: string, notApplicable: string): Check {
  return { name, claim, look: async () => ({ notApplicable }) }
}
