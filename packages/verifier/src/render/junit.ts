import { findingText } from '../finding.ts'
import { heldCounts } from '../judge.ts'
import type { MappingVerification, Verification } from '../verification.ts'
import { escapeXml } from './escape-xml.ts'

/**
 * The verification as JUnit XML: a suite for each mapping, a case for each check, so that a build server shows what is wrong.
 * Whatever could not be read is an error of a suite of its own, never a pass.
 */
export function renderJunit(verification: Verification): string {
  const suites = [
    ...verification.mappings.map((each) => mappingSuite(each, verification)),
    ...coverageSuite(verification),
  ]
  const total = (of: keyof Suite & ('tests' | 'failures' | 'errors')) =>
    suites.reduce((all, each) => all + each[of], 0)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escapeXml(verification.migration)}" tests="${total('tests')}" failures="${total('failures')}" errors="${total('errors')}">`,
    ...suites.map(({ text }) => text),
    '</testsuites>',
    '',
  ].join('\n')
}

interface Suite {
  readonly tests: number
  readonly failures: number
  readonly errors: number
  readonly text: string
}

interface Case {
  readonly name: string
  readonly failure?: string
  readonly error?: string
  readonly details?: readonly string[]
}

function mappingSuite(counts: MappingVerification, { settings, findings }: Verification): Suite {
  const held = heldCounts(settings) ? (['held'] as const) : []
  const checks = (['missing', 'mismatched', 'orphaned', 'duplicate', ...held] as const).map((name): Case => {
    const count = counts[name]
    const own = findings.filter((each) => each.mapping === counts.mapping && each.class === name)
    return { name, ...(count === 0 ? {} : { failure: `${count} ${name}`, details: own.map(findingText) }) }
  })
  return suite(counts.mapping, checks)
}

function coverageSuite({ reasons, verdict }: Verification): readonly Suite[] {
  const unread = reasons.map(
    ({ code, message, fix }): Case => ({ name: code, error: message, details: [fix] }),
  )
  if (unread.length > 0) return [suite('coverage', unread)]
  return verdict === 'inconclusive'
    ? [suite('coverage', [{ name: 'coverage', error: 'Not everything was read.' }])]
    : []
}

function suite(name: string, cases: readonly Case[]): Suite {
  const failures = cases.filter(({ failure }) => failure !== undefined).length
  const errors = cases.filter(({ error }) => error !== undefined).length
  const text = [
    `  <testsuite name="${escapeXml(name)}" tests="${cases.length}" failures="${failures}" errors="${errors}">`,
    ...cases.map((each) => caseText(name, each)),
    '  </testsuite>',
  ].join('\n')
  return { tests: cases.length, failures, errors, text }
}

function caseText(suiteName: string, { name, failure, error, details = [] }: Case): string {
  const head = `    <testcase classname="${escapeXml(suiteName)}" name="${escapeXml(name)}"`
  const message = failure ?? error
  if (message === undefined) return `${head}/>`
  const tag = failure === undefined ? 'error' : 'failure'
  return `${head}><${tag} message="${escapeXml(message)}">${escapeXml(details.join('\n'))}</${tag}></testcase>`
}
