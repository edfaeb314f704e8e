import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCrmCli, type CrmCli } from './cli.fixture.ts'

let cli: CrmCli

beforeEach(async () => {
  cli = await createCrmCli()
})
afterEach(() => cli.close())

const written = (name: string) => readFileSync(join(cli.folder, 'evidence', name), 'utf8')
const waived = ['--waive', 'shadow-agrees', 'healthy', 'proxies-indexed']

test('before anything is installed the plan and the mappings are the evidence', async () => {
  expect((await cli.run(['report', '--to', 'evidence'])).code).toBe(0)
  expect(written('report.md')).toMatch(/## Incidents\n\nNone\.[^]*## Plan\n\n {4}Plan of crm[^]*### Customer/)
})

test('the whole life is in both files: plan, mappings, certificate, history, figures and what went wrong', async () => {
  await cli.run(['install'])
  await cli.run(['phase', 'advance', '--reason', 'we <b>begin</b> | now'])
  await cli.run(['backfill'])
  await cli.pool.query(`update party set title = 'changed' where title = 'customer 3'`)
  expect((await cli.run(['verify'])).code).toBe(4)
  await cli.run(['verify', '--fix'])
  expect((await cli.run(['phase', 'advance', ...waived, '--reason', 'a test'])).code).toBe(0)
  writeFileSync(
    join(cli.folder, 'figures.md'),
    '# Figures\n\n| what | rows/s |\n| --- | --- |\n| backfill | 31200 |\n',
  )
  const { code, stdout } = await cli.run([
    'report',
    '--to',
    'evidence',
    '--benchmarks',
    'figures.md',
    '--json',
  ])
  const { result } = JSON.parse(stdout)
  expect(code).toBe(0)
  expect(result.incidents.map(({ what }: { what: string }) => what)).toEqual([
    'Verification 1 was findings: 1 rows wrong',
    'Verification 2 was findings: 1 rows wrong',
    expect.stringMatching(
      /^legacy-leads → target-leads passed .*shadow-agrees.* although closed, by .*: a test$/,
    ),
  ])
  const html = written('report.html')
  for (const expected of [
    '<h2>Plan</h2>',
    '<h3>Customer</h3>',
    'Certificate',
    'certificate-fresh: open',
    '31200',
  ])
    expect(html).toContain(expected)
  // What an operator typed is text, and nothing is loaded from elsewhere.
  expect(html).toContain('we &lt;b&gt;begin&lt;/b&gt; | now')
  expect(html).not.toMatch(/<script|<img|<link|(?:src|href)="(?!#)/)
})

test('figures that are not there are told so', async () => {
  const { code, stderr } = await cli.run(['report', '--to', 'evidence', '--benchmarks', 'gone.md'])
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('CLI.FILE_UNREADABLE') })
})
