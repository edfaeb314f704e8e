import { expect, test } from 'vitest'
import { errors } from '../errors.ts'
import { agreeing, verificationOf } from '../verification.fixture.ts'
import { renderTable } from './table.ts'

const flags = [
  { name: 'USE_TARGET_MODEL', value: false },
  { name: 'DUAL_WRITE_ENABLED', value: true },
  { name: 'LEGACY_MODELS_READONLY', value: false },
]
const clean = verificationOf([
  agreeing('StaffTask', 150),
  agreeing('ProjectWorkflow', 25),
  agreeing('Event', 200),
])

test('a clean verification reads as the report that was asked for, to the letter', () => {
  expect(renderTable(clean, { targetModel: 'WorkItem', flags })).toBe(`=== WorkItem Migration Verification ===

Feature Flags:
  USE_TARGET_MODEL: False
  DUAL_WRITE_ENABLED: True
  LEGACY_MODELS_READONLY: False

1. Checking StaffTask → WorkItem...
  Total: 150, With WorkItem: 150, Missing: 0, Mismatched: 0

2. Checking ProjectWorkflow → WorkItem...
  Total: 25, With WorkItem: 25, Missing: 0, Mismatched: 0

3. Checking Event → WorkItem...
  Total: 200, With WorkItem: 200, Missing: 0, Mismatched: 0

4. Checking for orphaned WorkItems...
  Total WorkItems: 375, Orphaned: 0

=== SUMMARY REPORT ===

┌──────────────────┬───────┬───────────────┬─────────┬────────────┐
│ Legacy Model     │ Total │ With WorkItem │ Missing │ Mismatched │
├──────────────────┼───────┼───────────────┼─────────┼────────────┤
│ StaffTask        │ 150   │ 150           │ 0       │ 0          │
│ ProjectWorkflow  │ 25    │ 25            │ 0       │ 0          │
│ Event            │ 200   │ 200           │ 0       │ 0          │
└──────────────────┴───────┴───────────────┴─────────┴────────────┘

WorkItem Orphans: 0 / 375

✓ No issues found. Migration is complete and consistent.`)
})

test('the summary alone has no checks, and no flags where none are given', () => {
  const text = renderTable(clean, { targetModel: 'WorkItem', summaryOnly: true })
  expect(text.startsWith('=== WorkItem Migration Verification ===\n\n=== SUMMARY REPORT ===\n')).toBe(true)
  expect(text).not.toContain('Checking')
})

test('what the table has no column for follows it, and the last line says how much is wrong', () => {
  const more = {
    missing: 2,
    withTarget: 8,
    mismatched: 3,
    held: 4,
    duplicate: 1,
    orphaned: 5,
    quarantined: 2,
    unresolved: [
      {
        rule: 'lookup(industry)',
        field: 'industry',
        value: 'Tech',
        context: { tenantId: 1 },
        rows: 3,
        firstKey: '7',
        suggestion: 'tech',
      },
    ],
  }
  const counts = agreeing('StaffTask', 10, {
    ...more,
    fields: { title: 1, status: 3 },
    heldFields: { priority: 4 },
  })
  const text = renderTable(verificationOf([counts], { verdict: 'findings' }), { targetModel: 'WorkItem' })
  expect(text.slice(text.indexOf('WorkItem Orphans'))).toBe(`WorkItem Orphans: 5 / 10

StaffTask: 1 duplicate, 4 held by one side, 2 in quarantine
StaffTask mismatched fields: status 3, title 1
StaffTask held fields: priority 4
StaffTask unresolved: industry 'Tech' × 3 (tenantId 1), perhaps 'tech'

✗ 15 issues found (held values count).`)
})

test('what could not be read stands where the good news would', () => {
  const reasons = [errors.ROWS_NONE.problem({ mapping: 'Event', table: 'event' })]
  const text = renderTable(verificationOf([agreeing('Event', 0)], { verdict: 'inconclusive', reasons }), {
    targetModel: 'WorkItem',
  })
  expect(text).toContain('? Inconclusive: not everything could be read.\n  Event: no row of event was read')
  expect(text).not.toContain('✓')
})
