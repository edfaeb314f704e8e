import { systems } from '@changeover/systems'
import { expect, test } from 'vitest'
import { runInside } from './shell.fixture.ts'

const root = new URL('../../../', import.meta.url).pathname

// When this fails the mapping has changed: look at the difference, then run `vitest run field-mappings -u`.
test.each(systems.map(({ migration }) => migration.name))(
  'docs/field-mappings/%s.md is what the mapping says',
  async (name) => {
    const config = `${root}changeover.config.ts`
    const { code, stdout } = await runInside(['docs', name, '--config', config])
    expect(code).toBe(0)
    await expect(stdout).toMatchFileSnapshot(`${root}docs/field-mappings/${name}.md`)
  },
)
