import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runInside } from './shell.fixture.ts'

const file = fileURLToPath(new URL('../../../docs/commands.md', import.meta.url))
const order = [
  'audit',
  'backup',
  'restore',
  'plan',
  'install',
  'phase',
  'phase show',
  'phase plan',
  'phase advance',
  'phase rollback',
  'phase set',
  'phase read-share',
  'flags check',
  'contract',
  'contract show',
  'contract backup-restored',
  'contract archive',
  'contract restore',
  'contract drop',
  'backfill',
  'verify',
  'undo',
  'quarantine',
  'status',
  'watch',
  'doctor',
  'preflight',
  'smoke',
  'docs',
  'report',
  'uninstall',
  'completion',
]

async function section(args: readonly string[]): Promise<string> {
  const { stdout } = await runInside([...args, '--help'])
  return [`## ${['changeover', ...args].join(' ')}`, '', '```text', stdout.trimEnd(), '```', ''].join('\n')
}

// When this fails the help has changed: run `vitest run commands-page -u` and read the difference.
test('docs/commands.md is what the help says', async () => {
  const sections = await Promise.all([[], ...order.map((command) => command.split(' '))].map(section))
  const page = [
    '# Commands',
    '',
    'What `changeover --help` and the help of each command print.',
    '',
    ...sections,
  ].join('\n')
  await expect(page).toMatchFileSnapshot(file)
})
