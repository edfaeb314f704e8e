import { defineErrors } from '@changeover/errors'

/** What can be wrong with a proxy, or with a write to one. */
export const errors = defineErrors('PROXIES', {
  // Found when proxies are planned
  LEGACY_MISSING: {
    message: (v: { mapping: string; table: string }) =>
      `${v.mapping} needs the legacy table ${v.table} as the model of its proxy, and it is not there.`,
    fix: 'Install the proxies before the legacy table is dropped or renamed.',
  },
  LEGACY_PARTIAL: {
    message: (v: { table: string; mappings: string }) =>
      `One view cannot stand for ${v.table}, of which ${v.mappings} speak only in part.`,
    fix: 'Give each legacy table one mapping without `where`, or leave its mappings out of the proxies.',
  },

  // Refusals of the triggers, made of the server's error by toProxyFailure
  ROW_REFUSED: {
    message: (v: { table: string; column: string; rule: string; why: string }) =>
      `A write to ${v.table}.${v.column} was refused: the rule ${v.rule} cannot map the row, which ${v.why}.`,
    fix: 'Write a value that the mapping knows, or widen the rule.',
  },
  LEGACY_LEADS: {
    message: (v: { table: string; phase: string }) =>
      `A write to the proxy of ${v.table} was refused: the legacy table leads (phase ${v.phase}).`,
    fix: 'Fork the EntityManager by the current phase (proxyManager), or write to the legacy table.',
  },
  ROW_CHANGED: {
    message: (v: { table: string }) =>
      `A row of ${v.table} was changed by another transaction while this statement wrote it.`,
    fix: 'Run the transaction again.',
    retriable: true,
  },

  UPSERT_UNSUPPORTED: {
    message: (v: { entity: string; method: string }) =>
      `${v.method} of ${v.entity} was refused: PostgreSQL has no ON CONFLICT on the view that stands for its table.`,
    fix: 'Find the row and assign to it, or create it: em.findOne(…), then em.assign(…) or em.create(…), and em.flush().',
  },
})
