import { errors as database, toFailure } from '@changeover/database'
import { expect, test } from 'vitest'
import { judgeFailure } from './judge-failure.ts'

const said = (code: string) => toFailure(Object.assign(new Error('said so'), { code }))

test.each([
  ['23505', 'row', 'a unique violation'],
  ['23514', 'row', 'a check'],
  ['22P02', 'row', 'a text that is no value of its type'],
  ['P0001', 'row', 'RAISE in a trigger'],
  ['21000', 'row', 'more than one row from a subquery'],
  ['54000', 'row', 'a value too large for an index'],
  ['44000', 'row', 'WITH CHECK OPTION'],
  ['57014', 'size', 'a statement timeout'],
  ['53100', 'environment', 'a full disk'],
  ['42501', 'environment', 'a missing privilege'],
  ['42703', 'environment', 'a missing column'],
  ['25006', 'environment', 'a read-only server'],
  ['40P01', 'environment', 'a deadlock that outlasted the retries'],
  ['55P03', 'environment', 'a lock that outlasted the retries'],
  ['57P01', 'environment', 'an ended connection'],
  ['53200', 'environment', 'no memory'],
  ['42601', 'environment', 'a wrong statement'],
  ['XX000', 'environment', 'an internal error'],
])('%s is judged as %s: %s', (sqlState, verdict) => {
  expect(judgeFailure(said(sqlState))).toBe(verdict)
})

test('a commit whose end is unknown is no reason to touch a row', () => {
  expect(judgeFailure(database.COMMIT_UNKNOWN({ said: 'gone' }))).toBe('environment')
})
