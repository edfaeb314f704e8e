import { expect, test } from 'vitest'
import { errors } from '../errors.ts'
import { type Check, runChecks } from './check.ts'

const check = (name: string, look: Check['look']): Check => ({ name, claim: `${name} holds`, look })
const lack = errors.PRIVILEGE_LACKING.problem({ privilege: 'SELECT', object: 'note', user: 'me' })

test('a check passes without a problem, fails with one, and says where there is nothing to look at', async () => {
  const results = await runChecks([
    check('clean', async () => ({ evidence: 'seen', problems: [] })),
    check('broken', async () => ({ evidence: 'seen', problems: [lack] })),
    check('absent', async () => ({ notApplicable: 'there is none' })),
  ])
  expect(results.map(({ name, outcome, evidence }) => [name, outcome, evidence])).toEqual([
    ['clean', 'pass', 'seen'],
    ['broken', 'fail', 'seen'],
    ['absent', 'not-applicable', 'there is none'],
  ])
})

test('what could not be read fails with the reason, and the next check is looked at', async () => {
  const unreadable = check('unreadable', () =>
    Promise.reject(errors.NOT_INSTALLED({ migration: 'crm', missing: 'all' })),
  )
  const results = await runChecks([unreadable, check('next', async () => ({ evidence: '', problems: [] }))])
  expect(results).toMatchObject([
    { outcome: 'fail', problems: [{ code: 'MIGRATION.NOT_INSTALLED' }] },
    { outcome: 'pass' },
  ])
})

test('a bug is no finding', async () => {
  await expect(runChecks([check('bug', () => Promise.reject(new TypeError('oops')))])).rejects.toThrow('oops')
})
