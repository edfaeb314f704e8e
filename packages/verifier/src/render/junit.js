import { findingText } from '../finding.js'
import { heldCounts } from '../judge.js'
import { escapeXml } from './escape-xml.js'
/**
 * The verification as JUnit XML: a suite for each mapping, a case for each check, so that a build server shows what is wrong.
 * Whatever could not be read is an error of a suite of its own, never a pass.
 */
export function renderJunit(verification) {
  const suites = [
    ...verification.mappings.map((each) => mappingSuite(each, verification)),
    ...coverageSuite(verification),
  ]
  const total = (of) => suites.reduce((all, each) => all + each[of], 0)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escapeXml(verification.migration)}" tests="${total('tests')}" failures="${total('failures')}" errors="${total('errors')}">`,
    ...suites.map(({ text }) => text),
    '</testsuites>',
    '',
  ].join('\n')
}
function mappingSuite(counts, { settings, findings }) {
  const held = heldCounts(settings) ? ['held'] : []
  const checks = ['missing', 'mismatched', 'orphaned', 'duplicate', ...held].map((name) => {
    const count = counts[name]
    const own = findings.filter((each) => each.mapping === counts.mapping && each.class === name)
    return { name, ...(count === 0 ? {} : { failure: `${count} ${name}`, details: own.map(findingText) }) }
  })
  return suite(counts.mapping, checks)
}
function coverageSuite({ reasons, verdict }) {
  const unread = reasons.map(({ code, message, fix }) => ({ name: code, error: message, details: [fix] }))
  if (unread.length > 0) return [suite('coverage', unread)]
  return verdict === 'inconclusive'
    ? [suite('coverage', [{ name: 'coverage', error: 'Not everything was read.' }])]
    : []
}
function suite(name, cases) {
  const failures = cases.filter(({ failure }) => failure !== undefined).length
  const errors = cases.filter(({ error }) => error !== undefined).length
  const text = [
    `  <testsuite name="${escapeXml(name)}" tests="${cases.length}" failures="${failures}" errors="${errors}">`,
    ...cases.map((each) => caseText(name, each)),
    '  </testsuite>',
  ].join('\n')
  return { tests: cases.length, failures, errors, text }
}
function caseText(suiteName, { name, failure, error, details = [] }) {
  const head = `    <testcase classname="${escapeXml(suiteName)}" name="${escapeXml(name)}"`
  const message = failure ?? error
  if (message === undefined) return `${head}/>`
  const tag = failure === undefined ? 'error' : 'failure'
  return `${head}><${tag} message="${escapeXml(message)}">${escapeXml(details.join('\n'))}</${tag}></testcase>`
}
//# sourceMappingURL=junit.js.map
