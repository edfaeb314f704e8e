import { profiles } from '@changeover/migration'
import { z } from 'zod'
import { checkResult, count, key, problem, rule, ruleLoss, texts, unresolved } from './base-shapes.ts'
import {
  flagReading,
  flagRow,
  historyEntry,
  liveInstance,
  phase,
  phaseChange,
  phaseName,
  plannedTransition,
  possibleMove,
  recordedRehearsal,
  rehearsedTransition,
  storedPhase,
  transitionRecord,
} from './phase-shapes.ts'
import {
  backfillReport,
  backfillState,
  certificate,
  pastVerification,
  quarantineOf,
  seenMapping,
  verification,
} from './row-shapes.ts'

const migration = z.string()
const condition = z.enum(['done', 'missing', 'outdated', 'broken', 'later'])
const step = { id: z.string(), title: z.string(), condition, problems: texts }
const next = z.strictObject({ command: z.string(), why: z.string() })
const changes = z.strictObject({ changes: z.array(phaseChange) })
const standing = z.strictObject({ stored: storedPhase, plan: z.null() })

const archivedTable = z.strictObject({
  schema: z.string(),
  table: z.string(),
  archiveSchema: z.string(),
  state: z.enum(['archived', 'restored', 'dropped']),
  hasView: z.boolean(),
  foreignKeys: z.array(z.strictObject({ name: z.string(), definition: z.string() })),
  columns: z
    .strictObject({
      key: texts,
      columns: z.array(
        z.strictObject({
          name: z.string(),
          type: z.string(),
          rest: z.string(),
          generated: z.boolean(),
          comment: z.string().nullable(),
        }),
      ),
      constraints: texts,
      indexes: texts,
      grants: z
        .array(
          z.strictObject({
            column: z.string(),
            privilege: z.string(),
            role: z.string().nullable(),
            isGrantable: z.boolean(),
          }),
        )
        .optional(),
    })
    .optional()
    .describe('Where the table stays: the columns of it that went.'),
  rowsCopied: z.string().optional(),
  at: z.string(),
  by: z.string(),
})

const backedUp = { schema: z.string().nullable(), name: z.string(), rows: count, checksum: z.string() }

const checks = z.array(checkResult)

/** What stands under `result` in the JSON document of each command. */
export const resultShapes = {
  audit: z.strictObject({
    migration,
    verdict: z.enum(['sound', 'findings', 'inconclusive']),
    tables: z.array(
      z.strictObject({ table: z.string(), side: z.enum(['legacy', 'target']), rows: count.nullable() }),
    ),
    findings: z.array(
      z.strictObject({
        check: z.string(),
        table: z.string(),
        of: z.string(),
        rows: count,
        firstKey: z.string(),
        values: z.array(z.strictObject({ value: z.array(z.string().nullable()), rows: count })),
        problem,
      }),
    ),
    unread: z.array(problem),
  }),
  backup: z.strictObject({
    format: z.literal(1),
    migration,
    takenAt: z.string(),
    server: z.string(),
    tables: z.array(
      z.strictObject({
        ...backedUp,
        columns: texts,
        sequences: z.array(z.strictObject({ column: z.string(), value: z.string(), called: z.boolean() })),
        file: z.string(),
        sha256: z.string(),
      }),
    ),
    dump: z.string().nullable(),
  }),
  restore: z.strictObject({
    takenAt: z.string(),
    rows: count,
    tables: z.array(z.strictObject(backedUp)),
  }),
  plan: z.strictObject({
    migration,
    targetModel: z.string(),
    mappings: z.array(
      z.strictObject({
        mapping: z.string(),
        legacy: z.string(),
        target: z.string(),
        after: texts,
        loss: z
          .strictObject({
            mapping: z.string(),
            rows: count,
            rules: z.array(ruleLoss),
            collisions: z.array(z.strictObject({ fields: z.string(), keys: texts, rows: count })),
            unresolved: z.array(unresolved),
          })
          .nullable(),
      }),
    ),
    steps: z.array(z.strictObject({ ...step, statements: texts })),
    problems: z.array(problem),
    brokenRows: count,
    unmatchedIndexes: z
      .array(z.strictObject({ table: z.string(), index: z.string(), columns: texts, why: z.string() }))
      .nullable(),
    next,
  }),
  install: z.strictObject({
    migration,
    steps: z.array(z.strictObject({ id: z.string(), title: z.string(), was: condition })),
  }),
  'phase show': z.strictObject({
    stored: storedPhase,
    instances: z.array(liveInstance),
    openTransition: transitionRecord.nullable(),
    possible: z.array(possibleMove),
    history: z.array(historyEntry),
  }),
  'phase plan': z.union([rehearsedTransition, standing]),
  'phase advance': z.union([changes, rehearsedTransition, standing]),
  'phase rollback': z.union([changes, rehearsedTransition, standing]),
  'phase set': changes,
  'phase read-share': z.strictObject({ stored: storedPhase }),
  'flags check': z.strictObject({
    rows: z.array(flagRow),
    phase: phase.optional(),
    reading: z.strictObject(flagReading).optional(),
    problems: z.array(problem),
    stored: storedPhase.nullable(),
  }),
  'contract show': z.strictObject({
    stored: storedPhase,
    archived: z.array(archivedTable),
    plan: plannedTransition.nullable(),
  }),
  'contract backup-restored': z.strictObject({ migration, by: z.string(), note: z.string() }),
  'contract archive': z.strictObject({ change: phaseChange.nullable(), archived: z.array(archivedTable) }),
  'contract restore': z.strictObject({ archived: z.array(archivedTable) }),
  'contract drop': z.strictObject({ archived: z.array(archivedTable) }),
  backfill: z.strictObject({
    migration,
    dryRun: z.boolean(),
    quarantined: count,
    mappings: z.array(backfillReport),
  }),
  verify: verification,
  undo: z.strictObject({
    fix: z.string(),
    restored: count,
    left: z.array(z.strictObject({ mapping: z.string(), rowKey: key, why: z.string() })),
  }),
  quarantine: z.strictObject({ migration, total: count, mappings: z.array(quarantineOf) }),
  status: z.strictObject({
    flags: z.strictObject({
      ...flagReading,
      stored: storedPhase.optional(),
      heldValues: z.enum(['keep', 'overwrite']),
    }),
    state: z.strictObject({
      migration,
      server: z.strictObject({ major: count, text: z.string() }),
      user: z.string(),
      privileges: z.array(problem),
      hasBooks: z.boolean(),
      phase: storedPhase.nullable(),
      steps: z.array(z.strictObject(step)),
      mappings: z.array(
        z.strictObject({
          mapping: z.string(),
          drift: z.array(problem),
          backfill: backfillState.nullable(),
        }),
      ),
    }),
    verification: pastVerification.nullable(),
    drift: z.array(pastVerification),
    certificate: certificate.nullable(),
    rehearsal: recordedRehearsal.nullable(),
    health: z.strictObject({ score: z.number(), reasons: texts }).nullable(),
    shadow: z.array(
      z.strictObject({
        operation: z.string(),
        reads: count,
        mismatches: count,
        uncompared: count,
        noiseReads: count,
        noiseMismatches: count,
        controlMs: z.number(),
        candidateMs: z.number(),
      }),
    ),
    next,
  }),
  watch: z.strictObject({
    migration,
    phase: phaseName.nullable(),
    mappings: z.array(seenMapping),
    transition: transitionRecord.nullable(),
    isBusy: z.boolean(),
  }),
  doctor: z.strictObject({ migration, checks }),
  preflight: z.strictObject({ migration, profile: z.enum(profiles), checks }),
  smoke: z.strictObject({ migration, url: z.string(), checks }),
  docs: z.strictObject({
    migration,
    targetModel: z.string(),
    mappings: z.array(
      z.strictObject({
        mapping: z.string(),
        legacy: z.string(),
        target: z.string(),
        hash: z.string(),
        rules: z.array(rule),
      }),
    ),
  }),
  report: z.strictObject({
    migration,
    files: z.strictObject({ markdown: z.string(), html: z.string() }),
    incidents: z.array(z.strictObject({ at: z.string().nullable(), what: z.string() })),
  }),
  uninstall: z.strictObject({ migration, engines: texts, indexes: texts, schema: z.boolean() }),
} as const

export type JsonCommand = keyof typeof resultShapes
