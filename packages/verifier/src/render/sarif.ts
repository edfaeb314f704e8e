import { hashOf } from '@changeover/mapping'
import { type Finding, type FindingClass, findingText, keyText } from '../finding.ts'
import { heldCounts } from '../judge.ts'
import type { Verification } from '../verification.ts'

const rules: Readonly<Record<FindingClass, string>> = {
  missing: 'Each legacy row has a target row.',
  mismatched: 'Each target value is what the mapping makes of legacy.',
  held: 'Each target value is one that legacy can hold.',
  orphaned: 'Each target row has a legacy row.',
  duplicate: 'Each legacy row has one target row.',
}

export interface SarifOptions {
  /** Where the mappings are named, from the root of the repository: `changeover.config.ts`. */
  readonly file?: string
}

/**
 * The verification as SARIF: a result for each finding, at the row and field it is about; what could not be read is a
 * notification of a run that was not successful. Findings are of rows, so they have logical places and no lines of files; viewers that show
 * nothing without a file are given the one that names the mappings, where it is known.
 *
 * Source: OASIS, Static Analysis Results Interchange Format 2.1.0.
 */
export function renderSarif(verification: Verification, { file }: SarifOptions = {}): string {
  const { migration, findings, settings, reasons, verdict, startedAt, finishedAt } = verification
  const physical = file === undefined ? {} : { physicalLocation: physicalLocationOf(file) }
  const run = {
    tool: {
      driver: {
        name: 'changeover',
        rules: Object.entries(rules).map(([id, text]) => ({ id, shortDescription: { text } })),
      },
    },
    automationDetails: { id: `${migration}/` },
    invocations: [
      {
        executionSuccessful: verdict !== 'inconclusive',
        startTimeUtc: utc(startedAt),
        endTimeUtc: utc(finishedAt),
        toolExecutionNotifications: reasons.map(({ code, message, fix }) => ({
          level: 'error',
          descriptor: { id: code },
          message: { text: `${message} ${fix}` },
        })),
      },
    ],
    results: findings.map((finding) => ({
      ruleId: finding.class,
      level: finding.class === 'held' && !heldCounts(settings) ? 'note' : 'error',
      message: { text: findingText(finding) },
      locations: [{ ...physical, logicalLocations: [placeOf(migration, finding)] }],
      partialFingerprints: { 'changeover/v1': fingerprint(migration, finding) },
    })),
  }
  const log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] }
  return JSON.stringify(log, null, 2)
}

function physicalLocationOf(file: string) {
  const uri = file.split('/').map(encodeURIComponent).join('/')
  return { artifactLocation: { uri, uriBaseId: '%SRCROOT%' }, region: { startLine: 1 } }
}

function placeOf(migration: string, { mapping, key, targetKey, field }: Finding) {
  const row = `${mapping} ${keyText(key ?? targetKey)}`
  const place = field === null ? row : `${row} ${field}`
  return {
    name: place,
    fullyQualifiedName: `${migration}/${place}`,
    kind: field === null ? 'object' : 'member',
  }
}

/** The same from run to run as long as the same thing is wrong, whatever the values. */
function fingerprint(migration: string, { class: kind, mapping, key, targetKey, field }: Finding): string {
  return hashOf([migration, kind, mapping, key, key === null ? targetKey : null, field])
}

/** The date-time of SARIF. */
function utc(time: string): string {
  return new Date(time).toISOString()
}
