import { defineErrors } from '@changeover/errors'

const suggested = (nearest: string | undefined, otherwise: string) =>
  nearest === undefined ? otherwise : `Did you mean ${nearest}? ${otherwise}`

/** The errors of the command line. */
export const errors = defineErrors('CLI', {
  // The config
  CONFIG_MISSING: {
    message: (v: { folder: string }) => `There is no changeover.config.ts in ${v.folder} or above it.`,
    fix: 'Write one that exports defineConfig({ migrations, database }) by default, or name it with --config <file>.',
  },
  CONFIG_NOT_LOADED: {
    message: (v: { file: string; said: string; fix: string }) => `${v.file} does not load: ${v.said}`,
    fix: (v) => v.fix,
  },
  CONFIG_NO_DEFAULT: {
    message: (v: { file: string; exports: string }) =>
      `${v.file} has no default export; it exports ${v.exports}.`,
    fix: 'Write: export default defineConfig({ migrations: [ … ], database: { url: … } })',
  },
  CONFIG_SHAPE: {
    message: (v: { file: string; field: string; said: string }) =>
      `${v.file}: ${v.field} is not what it must be: ${v.said}.`,
    fix: (v) => `Correct ${v.field} in ${v.file}; defineConfig and defineMigration check it in the editor.`,
  },
  DATABASE_UNNAMED: {
    message: (v: { file: string }) => `${v.file} names no database: database.url is empty.`,
    fix: 'Set DATABASE_URL=postgres://user:password@host:5432/name, or database.url in the config.',
  },

  // What was asked
  MIGRATION_UNKNOWN: {
    message: (v: { name: string; known: string; nearest: string | undefined }) =>
      `There is no migration ${v.name}; the config has ${v.known}.`,
    fix: (v) => suggested(v.nearest, 'Name one of these, or add the migration to changeover.config.ts.'),
  },
  MIGRATION_UNNAMED: {
    message: (v: { command: string; known: string }) => `The config has several migrations: ${v.known}.`,
    fix: (v) => `Name the one you mean: changeover ${v.command} <migration>`,
  },
  COMMAND_UNKNOWN: {
    message: (v: { name: string; nearest: string | undefined }) => `There is no command ${v.name}.`,
    fix: (v) => suggested(v.nearest, 'List the commands with: changeover --help'),
  },
  OPTION_UNKNOWN: {
    message: (v: { name: string; command: string; nearest: string | undefined }) =>
      `${v.command} has no option ${v.name}.`,
    fix: (v) => suggested(v.nearest, `List its options with: ${v.command} --help`),
  },
  SYSTEM_UNKNOWN: {
    message: (v: { name: string; known: readonly string[]; nearest: string | undefined }) =>
      `There is no system ${v.name}; there are ${v.known.join(', ')}.`,
    fix: (v) => suggested(v.nearest, 'Name one of them, or take all: npm start -- --all'),
  },
  USAGE_WRONG: {
    message: (v: { command: string; said: string }) => `${v.command} cannot be called like this: ${v.said}.`,
    fix: (v) => `See how to call it: ${v.command} --help`,
  },
  FILE_UNREADABLE: {
    message: (v: { file: string; said: string }) => `${v.file} cannot be read: ${v.said}.`,
    fix: 'Name a file that exists and can be read.',
  },
  FILE_UNWRITABLE: {
    message: (v: { file: string; said: string }) => `${v.file} cannot be written: ${v.said}.`,
    fix: 'Name a file in a folder that exists and can be written to.',
  },

  // A running API
  API_URL_INVALID: {
    message: (v: { url: string }) => `${v.url} is no URL of an API.`,
    fix: 'Write it with its scheme: --url http://127.0.0.1:3000',
  },
  API_UNREACHABLE: {
    message: (v: { url: string; said: string }) => `No API answers at ${v.url}: ${v.said}.`,
    fix: 'Start it (npm run api), or correct --url.',
    retriable: true,
  },
  API_REFUSED: {
    message: (v: { call: string; status: number; code: string | null; said: string }) =>
      `${v.call} was answered with ${v.status}: ${v.said}.`,
    fix: (v) =>
      v.status === 401 || v.status === 403
        ? 'Give a token that may do it: --token <token>'
        : 'Look into the log of the API for the request.',
  },
  API_UNNAMED: {
    message: (v: { profile: string }) =>
      `The profile ${v.profile} looks at a running API, and none was named.`,
    fix: (v) => `Name it: changeover preflight --profile ${v.profile} --url <url>`,
  },
  API_PHASE_UNKNOWN: {
    message: (v: { url: string; migration: string }) => `The API at ${v.url} does not act on ${v.migration}.`,
    fix: (v) => `Run: changeover install ${v.migration}, or name the API that serves it with --url.`,
  },
  API_HEADERS_MISSING: {
    message: (v: { url: string; names: readonly string[] }) =>
      `The API at ${v.url} does not send ${v.names.join(', ')}.`,
    fix: 'Let the proxy before the API pass its headers on.',
  },
  API_OPEN: {
    message: (v: { url: string; call: string; status: number }) =>
      `The API at ${v.url} answers a stranger: ${v.call} gives ${v.status}.`,
    fix: 'Set it in the environment of the API and restart: export AUTH=tokens',
  },
  CALENDAR_EMPTY: {
    message: (v: { url: string }) =>
      `The API at ${v.url} has no work with a date, so its calendar shows none.`,
    fix: 'Look at GET /api/work-items; bring the old rows over with: changeover backfill',
  },
  CALENDAR_LACKS: {
    message: (v: { url: string; type: string }) => `The calendar of ${v.url} shows no ${v.type}.`,
    fix: 'Set it in the environment of the API and restart: export USE_UNIFIED_CALENDAR=true',
  },

  SMOKE_BROKEN: {
    message: (v: { claim: string }) => `It is not so that ${v.claim}.`,
    fix: 'Look into the log of the API for the requests of the smoke test.',
  },
  SMOKE_LEFT: {
    message: (v: { url: string; id: string; status: number }) =>
      `${v.url}/${v.id} could not be deleted; the API answered ${v.status}.`,
    fix: (v) =>
      `Delete it: curl -X DELETE -H 'If-Match: *' -H "Authorization: Bearer $CHANGEOVER_API_TOKEN" ${v.url}/${v.id}`,
  },

  // The checklist
  TESTS_UNREAD: {
    message: () => 'Nobody knows whether the tests pass.',
    fix: 'Run them with: vitest run --reporter=json --outputFile=report.json and name it: --tests report.json',
  },
  TESTS_UNREADABLE: {
    message: (v: { file: string; said: string }) => `${v.file} is no report of Vitest or Jest: ${v.said}.`,
    fix: 'Write it with: vitest run --reporter=json --outputFile=report.json',
  },
  TESTS_FAIL: {
    message: (v: { file: string; passed: number; total: number }) =>
      `By ${v.file}, ${v.passed} of ${v.total} tests pass.`,
    fix: 'Mend what fails, and run the tests again: vitest run --reporter=json --outputFile=report.json',
  },

  LIFE_BROKEN: {
    message: (v: { step: string; said: string }) => `npm start stops at "${v.step}": ${v.said}`,
    fix: 'See the findings with: npm run -s changeover -- verify --verbose',
  },

  // How it ended
  NOT_CONFIRMED: {
    message: (v: { command: string; consequence: string }) =>
      `changeover ${v.command} needs a confirmation: ${v.consequence}`,
    fix: (v) => `If that is meant: changeover ${v.command} --yes`,
  },
  INTERRUPTED: {
    message: (v: { command: string; done: string }) => `changeover ${v.command} was interrupted; ${v.done}.`,
    fix: (v) => `Go on with: ${v.command === 'start' ? 'npm start' : `changeover ${v.command}`}`,
    retriable: true,
  },
})
