import { checkFlags, readFlags } from '@changeover/rollout'
import { expect, test } from 'vitest'
import { workItems } from './work-items.ts'

test('the flags have the names by which the application knows them', () => {
  const { rows } = checkFlags({}, undefined, workItems.flags)
  expect(rows.map(({ phase, flags }) => [phase, flags])).toEqual([
    ['legacy-only', 'USE_WORKITEM_MODEL=false DUAL_WRITE_ENABLED=false LEGACY_MODELS_READONLY=false'],
    ['legacy-leads', 'USE_WORKITEM_MODEL=false DUAL_WRITE_ENABLED=true LEGACY_MODELS_READONLY=false'],
    ['target-leads', 'USE_WORKITEM_MODEL=true DUAL_WRITE_ENABLED=true LEGACY_MODELS_READONLY=true'],
    ['target-only', 'USE_WORKITEM_MODEL=true DUAL_WRITE_ENABLED=false LEGACY_MODELS_READONLY=true'],
    ['contracted', undefined],
  ])
  const mending = { WORKITEM_MIGRATION_AUTO_FIX: 'true', WORKITEM_MIGRATION_STRICT_MODE: 'true' }
  expect(readFlags(mending, workItems.flags)).toMatchObject({ autoFix: true, strictMode: true })
})
