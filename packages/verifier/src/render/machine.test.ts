import schema from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' }
import Ajv from 'ajv-draft-04'
import formats from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import { errors } from '../errors.ts'
import type { Finding } from '../finding.ts'
import { agreeing, verificationOf } from '../verification.fixture.ts'
import { escapeXml } from './escape-xml.ts'
import { renderGithubAnnotations, renderGithubSummary } from './github.ts'
import { renderJson } from './json.ts'
import { renderJunit } from './junit.ts'
import { renderNdjson } from './ndjson.ts'
import { renderSarif } from './sarif.ts'
import { renderVerbose } from './verbose.ts'

const finding: Finding = {
  class: 'mismatched',
  mapping: 'StaffTask',
  key: ['17'],
  targetKey: ['a-1'],
  field: 'title',
  rule: 'copy(title)',
  legacyValue: 'a <b> & "c" | 50%\nnext',
  targetValue: null,
  why: null,
}
const missing: Finding = { ...finding, class: 'missing', targetKey: null, field: null, legacyValue: null }
const held: Finding = {
  ...finding,
  class: 'held',
  field: 'priority',
  targetValue: 'urgent',
  legacyValue: 'critical',
}
const found = verificationOf(
  [agreeing('StaffTask', 3, { missing: 1, withTarget: 2, mismatched: 1, held: 1 }), agreeing('Event', 2)],
  { verdict: 'findings', findings: [missing, finding, held], findingsOmitted: 4 },
)
const unread = verificationOf([agreeing('Event', 0)], {
  verdict: 'inconclusive',
  reasons: [errors.ROWS_NONE.problem({ mapping: 'Event', table: 'event' })],
})

describe('junit', () => {
  test('has a suite for each mapping and a case for each check, with the findings in it', () => {
    const xml = renderJunit(found)
    expect(xml).toContain('<testsuites name="work-items" tests="10" failures="3" errors="0">')
    expect(xml).toContain(
      '<testcase classname="StaffTask" name="missing"><failure message="1 missing">StaffTask 17: no target row</failure></testcase>',
    )
    expect(xml).toContain('a &lt;b&gt; &amp; &quot;c&quot; | 50%&#10;next')
    expect(xml).toContain('<testcase classname="Event" name="missing"/>')
  })

  test('held values are no case where they are no finding', () => {
    expect(renderJunit({ ...found, settings: { ...found.settings, heldValues: 'keep' } })).not.toContain(
      'name="held"',
    )
  })

  test('what was not read is an error', () => {
    expect(renderJunit(unread)).toContain('errors="1"')
    expect(renderJunit({ ...unread, reasons: [] })).toContain('<error message="Not everything was read.">')
  })

  test('characters that XML cannot hold are replaced', () => {
    expect(escapeXml('a\u0000b\u001fc\ud800')).toBe('a\uFFFDb\uFFFDc\uFFFD')
    expect(escapeXml('é😀\t')).toBe('é😀\t')
  })
})

describe('github', () => {
  test('annotations are one command in a line, escaped', () => {
    expect(renderGithubAnnotations(found).split('\n')).toEqual([
      '::error title=work-items%3A missing::StaffTask 17: no target row',
      `::error title=work-items%3A mismatched::StaffTask 17 title: NULL instead of 'a <b> & "c" | 50%25%0Anext'`,
      `::error title=work-items%3A held::StaffTask 17 priority: 'urgent' instead of 'critical' (held by the target)`,
      '::error title=work-items::3 issues found',
    ])
    expect(renderGithubAnnotations(unread)).toMatch(
      /^::warning title=work-items%3A not read::Event: no row of event/,
    )
    expect(renderGithubAnnotations(verificationOf([agreeing('Event', 2)]))).toBe('')
  })

  test('the summary is a table in Markdown in which values mean nothing', () => {
    const text = renderGithubSummary(found, 'WorkItem')
    expect(text).toContain('## WorkItem migration: ✗ findings')
    expect(text).toContain('| StaffTask | 3 | 2 | 1 | 1 | 1 | 0 | 0 |')
    expect(text).toContain(`- StaffTask 17 title: NULL instead of 'a \\<b\\> \\& "c" \\| 50% next'`)
  })
})

test('verbose has a line for each finding, and says how many were left out', () => {
  expect(renderVerbose(found).split('\n')).toHaveLength(5) // one value has a line feed
  expect(renderVerbose(found)).toMatch(/… and 4 more$/)
})

describe('sarif', () => {
  const ajv = new Ajv.default({ strict: false, unicodeRegExp: false })
  formats.default(ajv)
  const validate = ajv.compile(schema)
  const faults = (text: string) => (validate(JSON.parse(text)) ? [] : validate.errors)

  test('is valid by the schema of the standard, with and without findings', () => {
    for (const each of [found, unread, verificationOf([agreeing('Event', 2)])])
      expect(faults(renderSarif(each))).toEqual([])
    expect(faults(JSON.stringify({ version: '2.1.0', runs: [{ results: [] }] }))).not.toEqual([])
  })

  test('has a result for each finding, at its row and field, that is the same one the next time', () => {
    const results = (of: typeof found) => JSON.parse(renderSarif(of)).runs[0].results
    expect(results(found)).toMatchObject([
      {
        ruleId: 'missing',
        level: 'error',
        locations: [{ logicalLocations: [{ fullyQualifiedName: 'work-items/StaffTask 17' }] }],
      },
      {
        ruleId: 'mismatched',
        locations: [{ logicalLocations: [{ fullyQualifiedName: 'work-items/StaffTask 17 title' }] }],
      },
      { ruleId: 'held', level: 'error' },
    ])
    const later = { ...found, findings: found.findings.map((each) => ({ ...each, targetValue: 'another' })) }
    const prints = (of: typeof found) =>
      results(of).map((each: { partialFingerprints: object }) => each.partialFingerprints)
    expect(prints(later)).toEqual(prints(found))
    expect(new Set(prints(found).map((each: object) => JSON.stringify(each))).size).toBe(3)
  })

  test('shows findings at the file that names the mappings, where it is known', () => {
    const text = renderSarif(found, { file: 'apps/my shop/changeover.config.ts' })
    expect(faults(text)).toEqual([])
    const [first] = JSON.parse(text).runs[0].results
    expect(first.locations[0].physicalLocation.artifactLocation).toEqual({
      uri: 'apps/my%20shop/changeover.config.ts',
      uriBaseId: '%SRCROOT%',
    })
  })

  test('what was not read is a notification of a run that did not succeed', () => {
    expect(JSON.parse(renderSarif(unread)).runs[0].invocations).toMatchObject([
      {
        executionSuccessful: false,
        toolExecutionNotifications: [{ message: { text: expect.stringContaining('event') } }],
      },
    ])
  })
})

test('ndjson has a finding in each line, and the rest in the last one', () => {
  const lines = renderNdjson(found)
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.slice(0, -1)).toEqual(found.findings)
  expect(lines.at(-1)).toMatchObject({ verdict: 'findings', findingsOmitted: 4 })
})

test('json is the whole verification', () => {
  expect(JSON.parse(renderJson(found))).toEqual(found)
})
