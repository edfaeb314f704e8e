import { InMemoryProvider, OpenFeature, ProviderEvents } from '@openfeature/server-sdk'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createProvider, readPercentFrom } from '../open-feature.ts'
import { type PhaseWatch, watchPhase } from '../phase-watch.ts'
import { createPhaseScope } from '../phase-scope.ts'
import { readsTarget } from '../read-share.ts'
import { type Home, openHome } from '../rollout.fixture.ts'

let home: Home
let watch: PhaseWatch

beforeAll(async () => {
  home = await openHome()
  await home.store('crm', 'legacy-leads')
  await change(`read_percent = 30, read_tenants = '{acme}'`)
  watch = await watchPhase(home.database, 'crm', { pollMs: 3_600_000 })
})
afterEach(() => OpenFeature.close())
afterAll(async () => {
  await watch.close()
  await home.close()
})

const change = (assignment: string) =>
  home.database.query(
    `update changeover.phase set ${assignment}, version = version + 1 where migration = 'crm'`,
  )

test('an OpenFeature client is told phase, authority and read share', async () => {
  await OpenFeature.setProviderAndWait('told', createProvider('crm', watch))
  const client = OpenFeature.getClient('told')
  expect(await client.getStringValue('crm.phase', 'none')).toBe('legacy-leads')
  expect(await client.getStringValue('crm.authority', 'none')).toBe('legacy')
  expect(await client.getNumberValue('crm.read-percent', 0)).toBe(30)
  for (const targetingKey of ['user-1', 'user-2', 'user-3', 'user-4', 'user-5'])
    for (const tenant of ['acme', 'other']) {
      const reader = { key: targetingKey, tenant }
      const value = await client.getBooleanValue('crm.reads-target', false, { targetingKey, tenant })
      expect(value).toBe(readsTarget(watch.current(), reader))
    }
})

test.each([
  ['crm.nothing', 'FLAG_NOT_FOUND', {}],
  ['cms.phase', 'FLAG_NOT_FOUND', {}],
  ['crm.phase', 'TYPE_MISMATCH', {}],
  ['crm.reads-target', 'TARGETING_KEY_MISSING', {}],
])(
  '%s as a boolean without a key gives the default and %s, and never throws',
  async (flag, errorCode, context) => {
    await OpenFeature.setProviderAndWait('default', createProvider('crm', watch))
    const details = await OpenFeature.getClient('default').getBooleanDetails(flag, true, context)
    expect(details).toMatchObject({ value: true, errorCode, reason: 'ERROR' })
  },
)

test('a phase that is not known gives the default with the reason', async () => {
  const unknown = { current: () => expect.unreachable('the phase is not known') }
  await OpenFeature.setProviderAndWait('unknown', createProvider('crm', watch, unknown))
  const details = await OpenFeature.getClient('unknown').getStringDetails('crm.phase', 'target-leads')
  expect(details).toMatchObject({ value: 'target-leads', errorCode: 'PROVIDER_NOT_READY' })
})

test('a request keeps its phase, and a change is announced', async () => {
  const scope = createPhaseScope(watch)
  await OpenFeature.setProviderAndWait('scope', createProvider('crm', watch, scope))
  const client = OpenFeature.getClient('scope')
  const announced = Promise.withResolvers<readonly string[] | undefined>()
  client.addHandler(ProviderEvents.ConfigurationChanged, (details) =>
    announced.resolve(details?.flagsChanged),
  )
  await scope.run(async () => {
    await change('read_percent = 40')
    await watch.refresh()
    expect(await client.getNumberValue('crm.read-percent', 0)).toBe(30)
  })
  expect(await client.getNumberValue('crm.read-percent', 0)).toBe(40)
  expect(await announced.promise).toContain('crm.read-percent')
})

test('the read share comes from any other flag system, within the stored one', async () => {
  const numbers = (value: number | string) => ({
    share: { variants: { on: value }, defaultVariant: 'on', disabled: false },
  })
  const provider = new InMemoryProvider(numbers(10))
  await OpenFeature.setProviderAndWait('source', provider)
  const source = readPercentFrom(OpenFeature.getClient('source'), 'share')
  const percent = async () => (await source({ ...watch.current(), readPercent: 50 })).readPercent
  expect(await percent()).toBe(10)
  provider.putConfiguration(numbers(90))
  expect(await percent()).toBe(50)
  provider.putConfiguration(numbers(20))
  expect(await percent()).toBe(20)
  for (const unusable of [-1, 101, 'many']) {
    provider.putConfiguration(numbers(unusable))
    expect(await percent()).toBe(20)
  }
  provider.putConfiguration({})
  expect(await percent()).toBe(20)
  expect((await readPercentFrom(OpenFeature.getClient('source'), 'share')(watch.current())).readPercent).toBe(
    watch.current().readPercent,
  )
})
