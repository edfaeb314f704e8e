import { expectTypeOf, test } from 'vitest'
import { createMemoryLedger } from './ledger.ts'
import { staticFlags } from './flag-source.ts'
import { flagsOff } from './flags.ts'
import { read, write } from './operation.ts'
import type { Stores } from './stores.ts'
import { createSwitchover } from './switchover.ts'

interface State {
  readonly userInput: string
}
interface Saved {
  readonly success: boolean
}
declare function saveOld(conversationId: string, state: State, userId?: string): Promise<Saved>
declare function saveNew(conversationId: string, state: State, userId?: string): Promise<{ id: string }>
declare function loadOld(conversationId: string): Promise<State | undefined>
declare function loadNew(conversationId: string, contextQualityThreshold?: number): Promise<State | undefined>
declare const stores: Stores<State, State>
const key = (conversationId: string) => conversationId

const open = () =>
  createSwitchover({
    name: 'types',
    flags: staticFlags(flagsOff),
    ledger: createMemoryLedger(),
    stores,
    operations: {
      save: write({
        key,
        legacy: saveOld,
        target: saveNew,
        fromTarget: ({ id }) => ({ success: id !== '' }),
      }),
      saveAsTarget: write({
        key,
        legacy: saveOld,
        target: saveNew,
        fromLegacy: ({ success }, conversationId) => ({ id: success ? conversationId : '' }),
      }),
      load: read({ key, legacy: loadOld, target: loadOld, fromTarget: (state) => state }),
      loadWell: read({ key, target: loadNew, legacy: loadOld, fromLegacy: (state) => state }),
      same: read({ key, legacy: loadOld, target: loadOld }),
    },
  })

test('the facade has exactly the signatures of the implementations', async () => {
  const { call, both } = await open()
  expectTypeOf(call.save).toEqualTypeOf<typeof saveOld>()
  expectTypeOf(call.saveAsTarget).toEqualTypeOf<typeof saveNew>()
  expectTypeOf(call.load).toEqualTypeOf<typeof loadOld>()
  expectTypeOf(call.loadWell).toEqualTypeOf<typeof loadNew>()
  expectTypeOf(call.same).toEqualTypeOf<typeof loadOld>()
  expectTypeOf(both.save).parameters.toEqualTypeOf<Parameters<typeof saveOld>>()
})

test('an answer of another shape needs an adapter', () => {
  // @ts-expect-error saveNew does not answer like saveOld
  write({ key, legacy: saveOld, target: saveNew })
  // @ts-expect-error the adapter must answer like saveOld
  write({ key, legacy: saveOld, target: saveNew, fromTarget: ({ id }) => ({ ok: id }) })
  // @ts-expect-error the target takes other arguments
  read({ key, legacy: loadOld, target: (conversationId: number) => loadOld(String(conversationId)) })
})
