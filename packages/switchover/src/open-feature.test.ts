import { InMemoryProvider, OpenFeature } from '@openfeature/server-sdk'
import { afterEach, expect, test } from 'vitest'
import { modeOf } from './mode.ts'
import { openFeatureFlags } from './open-feature.ts'

afterEach(() => OpenFeature.close())

const on = (value: boolean) => ({ variants: { is: value }, defaultVariant: 'is', disabled: false })
const keys = { newStorage: 'new-storage', newSave: 'new-save', newLoad: 'new-load' }

test('the flags come from any OpenFeature client, and an outage keeps the last ones', async () => {
  const provider = new InMemoryProvider({
    'new-storage': on(false),
    'new-save': on(true),
    'new-load': on(true),
  })
  await OpenFeature.setProviderAndWait('switchover', provider)
  const flags = openFeatureFlags(OpenFeature.getClient('switchover'), keys)
  expect(modeOf(await flags()).mode).toBe('target-leads')
  provider.putConfiguration({})
  expect(modeOf(await flags()).mode).toBe('target-leads')
})

test('FM-46 without a first answer no flag has a default: the process does not start', async () => {
  await OpenFeature.setProviderAndWait('empty', new InMemoryProvider({}))
  const flags = openFeatureFlags(OpenFeature.getClient('empty'), keys)
  await expect(flags()).rejects.toMatchObject({
    code: 'SWITCHOVER.FLAG_UNANSWERED',
    values: { flag: 'new-storage', errorCode: 'FLAG_NOT_FOUND' },
  })
})
