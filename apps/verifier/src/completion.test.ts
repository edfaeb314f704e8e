import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startCli } from './cli.fixture.ts'

// There the config names the migrations.
const folder = join(import.meta.dirname, '../../..')

const completed = async (...words: readonly string[]) => {
  const { code, stdout, stderr } = await startCli(['complete', '--', ...words], { folder }).ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout.split('\n').flatMap((line) => (line.includes('\t') ? [line.split('\t')[0]] : []))
}

test.each([
  [['ver'], ['verify']],
  [['phase', 'ro'], ['rollback']],
  [['verify', '--out'], ['--output']],
  [['comp'], ['completion']],
  [
    ['phase', 'advance', '--to', 'target'],
    ['target-leads', 'target-only'],
  ],
  [
    ['verify', '--output', 'j'],
    ['json', 'junit'],
  ],
  [['phase', 'advance', '--waive', 'shadow'], ['shadow-agrees']],
  [['verify', 'work'], ['work-items']],
  [['phase', 'show', 'cho'], ['choices']],
  [['verify', 'nothing'], []],
])('%j is completed with %j', async (words, expected) => {
  expect(await completed(...words)).toEqual(expected)
})

test.each(['bash', 'zsh', 'fish'])('the script for %s asks changeover', async (shell) => {
  const { code, stdout } = await startCli(['completion', shell]).ended
  expect(code).toBe(0)
  expect(stdout).toContain('changeover complete')
  // A shell that is on this machine reads it without an objection.
  const read = spawnSync(shell, ['-n'], { input: stdout, encoding: 'utf8' })
  if (read.error === undefined) expect(read).toMatchObject({ status: 0, stderr: '' })
})
