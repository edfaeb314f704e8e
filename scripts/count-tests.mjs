/**
 * Counts a run of Vitest: from its JSON report (null if it wrote none) and its exit code. A file that did not load
 * counts as one failure, and so does a run without a test, or one that failed outside of its tests.
 */
export function countTests(report, exitCode) {
  const files = report?.testResults ?? []
  const tests = files.flatMap((file) => file.assertionResults)
  const passed = tests.filter((test) => test.status === 'passed').length
  const brokenTests = tests.filter((test) => test.status === 'failed').length
  const brokenFiles = files.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length
  const failed = brokenTests + brokenFiles
  const failedUnseen = failed === 0 && (exitCode !== 0 || passed === 0)
  return { passed, failed: failedUnseen ? 1 : failed }
}
