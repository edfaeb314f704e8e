import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Check } from '@changeover/migration'
import { z } from 'zod'
import { errors } from '../errors.ts'

const leastPassed = 0.95

const report = z.looseObject({ numTotalTests: z.int().nonnegative(), numPassedTests: z.int().nonnegative() })

/** Whether more than 95 % of the tests pass, by the JSON report of Vitest or Jest. */
export function testsCheck(folder: string, file: string | undefined): Check {
  return {
    name: 'tests',
    claim: `more than ${leastPassed * 100} % of the tests pass`,
    async look() {
      if (file === undefined)
        return { evidence: 'no report was named', problems: [errors.TESTS_UNREAD.problem({})] }
      const { numTotalTests: total, numPassedTests: passed } = await readReport(resolve(folder, file))
      const isEnough = total > 0 && passed / total > leastPassed
      return {
        evidence: `${passed} of ${total} pass`,
        problems: isEnough ? [] : [errors.TESTS_FAIL.problem({ file, passed, total })],
      }
    },
  }
}

/** Errors: CLI.TESTS_UNREADABLE. */
async function readReport(file: string): Promise<z.infer<typeof report>> {
  try {
    return report.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    const said = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    throw errors.TESTS_UNREADABLE({ file, said }, { cause: error })
  }
}
