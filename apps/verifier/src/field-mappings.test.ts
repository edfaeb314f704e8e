import { expect, test } from 'vitest'
import { startCli } from './cli.fixture.ts'

const root = new URL('../../../', import.meta.url).pathname

// When this fails the mapping has changed: look at the difference, then run `vitest run -u field-mappings`.
test('docs/field-mappings/work-items.md is what the mapping says', async () => {
  const config = `${root}changeover.config.ts`
  const { code, stdout } = await startCli(['docs', 'work-items', '--config', config]).ended
  expect(code).toBe(0)
  await expect(stdout).toMatchFileSnapshot(`${root}docs/field-mappings/work-items.md`)
})
