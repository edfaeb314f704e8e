import { defineErrors } from '@changeover/errors'

/** The errors of this application. */
export const errors = defineErrors('API', {
  SETTING_INVALID: {
    message: (v: { name: string; said: string }) => `The environment variable ${v.name} is wrong: ${v.said}.`,
    fix: (v) => `Correct ${v.name}, or unset it where it has a default; see apps/api/README.md.`,
  },
  ROW_NOT_FOUND: {
    message: (v: { resource: string; id: string }) => `There is no ${v.resource} ${v.id}.`,
    fix: 'Check the id; it may have been deleted.',
  },
  ROW_REFUSED: {
    message: (v: { why: string }) => `The row is refused: ${v.why}.`,
    fix: 'Correct what was sent.',
  },
  PAGE_TOKEN_INVALID: {
    message: (v: { why: string }) => `The page token cannot be used: ${v.why}.`,
    fix: 'Begin again with the first page, without `after`.',
  },
  VERSION_MISSING: {
    message: (v: { resource: string; id: string }) =>
      `Which version of ${v.resource} ${v.id} is meant is not said.`,
    fix: 'Read it, and send its ETag as If-Match.',
  },
  VERSION_CHANGED: {
    message: (v: { resource: string; id: string }) =>
      `${v.resource} ${v.id} was changed by somebody else since it was read.`,
    fix: 'Read it again, look at what has changed, and send the new ETag as If-Match.',
  },
  UNAUTHENTICATED: {
    message: () => 'Who asks is not known: there is no valid token.',
    fix: 'Send `Authorization: Bearer <token>`; make one with: npm run api -- token create --help',
  },
  FORBIDDEN: {
    message: (v: { name: string; needed: string }) => `${v.name} may not do that: it needs ${v.needed}.`,
    fix: 'Ask with a token that has it.',
  },
  ISSUER_UNREACHABLE: {
    message: (v: { issuer: string }) =>
      `The keys of ${v.issuer} cannot be read, so no token of it can be judged.`,
    fix: 'Check OIDC_ISSUER, and whether this process reaches it; tokens of our own work meanwhile.',
    retriable: true,
  },
  OPEN_TO_STRANGERS: {
    message: (v: { host: string }) => `Without tokens anybody who reaches ${v.host} could do everything.`,
    fix: 'Set AUTH=tokens, or HOST=127.0.0.1.',
  },
  TOKEN_EMPTY: {
    message: (v: { name: string }) => `The token ${v.name} would be good for nothing.`,
    fix: 'Give it a tenant (--tenant), a role (--role), or both.',
  },
  TOKEN_UNKNOWN: {
    message: (v: { id: string }) => `There is no token ${v.id} that is not revoked.`,
    fix: 'See the ids: npm run api -- token list',
  },
  SYSTEM_NOT_INSTALLED: {
    message: (v: { migration: string }) => `${v.migration} is not installed in this database.`,
    fix: (v) => `Install it: changeover install ${v.migration}`,
    retriable: true,
  },
  LEGACY_GONE: {
    message: (v: { migration: string }) =>
      `The legacy model of ${v.migration} is no longer served: its tables are archived.`,
    fix: 'Use the operations of the new model; see /docs.',
  },
  TARGET_NOT_WRITTEN: {
    message: (v: { migration: string; phase: string }) =>
      `The new model of ${v.migration} is not written yet: its phase is ${v.phase}.`,
    fix: (v) => `Use the legacy endpoints, or begin dual write: changeover phase advance ${v.migration}`,
  },
  TARGET_FOLLOWS: {
    message: (v: { migration: string; phase: string }) =>
      `The new model of ${v.migration} cannot be written: legacy leads (phase ${v.phase}), and it only follows.`,
    fix: (v) =>
      `Write through the legacy endpoints until the target leads: changeover phase show ${v.migration}`,
  },
  // The control plane
  MIGRATION_UNKNOWN: {
    message: (v: { name: string; known: string }) => `There is no migration ${v.name}.`,
    fix: (v) => `Name one of: ${v.known}.`,
  },
  JOB_RUNNING: {
    message: (v: { migration: string; kind: string }) => `A ${v.kind} of ${v.migration} is under way.`,
    fix: (v) => `Wait for its end, or stop it: POST /control/migrations/${v.migration}/pause`,
  },
  JOB_NONE: {
    message: (v: { migration: string }) =>
      `Nothing of that kind is under way for ${v.migration} in this process.`,
    fix: (v) => `Look what is: GET /control/migrations/${v.migration}`,
  },
  CLOSING: {
    message: () => 'This process is about to end, and begins nothing.',
    fix: 'Ask again: another process answers, or this one once it is back.',
    retriable: true,
  },
  REQUEST_INVALID: {
    message: (v: { where: string; said: string }) => `The ${v.where} of the request is wrong: ${v.said}.`,
    fix: 'See the schema of the operation in /openapi.json.',
  },
  TOO_MANY_REQUESTS: {
    message: (v: { said: string }) => `This client asks too often: ${v.said}.`,
    fix: 'Wait as long as the header retry-after says.',
    retriable: true,
  },
  OVERLOADED: {
    message: () => 'The server has more to do than it can.',
    fix: 'Ask again as the header retry-after says.',
    retriable: true,
  },
  ROUTE_UNKNOWN: {
    message: (v: { method: string; path: string }) => `There is nothing at ${v.method} ${v.path}.`,
    fix: 'See the operations in /docs.',
  },
})
