import { expect, test } from 'vitest'
import { whyNotStarted } from './cluster.ts'

test('a full disk has a code of its own', () => {
  const log = 'FATAL:  could not write to file "pg_wal/xlogtemp.9": No space left on device'
  expect(whyNotStarted('/data', log)).toMatchObject({
    code: 'EMBEDDED_POSTGRES.DISK_FULL',
    values: { folder: '/data' },
  })
})

test('of a long log the end is shown', () => {
  const log = Array.from({ length: 100 }, (_, line) => `line ${line}`).join('\n')
  expect(whyNotStarted('/data', log).message).toContain('line 99')
  expect(whyNotStarted('/data', log).message).not.toContain('line 80')
})
