import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commands, journey, rest } from './commands.fixture.ts'
import { firstModel } from './model.fixture.ts'
import { makeTemplate, openWorld, type World } from './world.fixture.ts'

// `npm run soak -- --seconds 600 --seed 7` sets both.
const seconds = Number(process.env['CHANGEOVER_SOAK_SECONDS'] ?? 6)
const firstSeed = Number(process.env['CHANGEOVER_SEED'] ?? Date.now() % 1_000_000)

let template: Awaited<ReturnType<typeof makeTemplate>>
beforeAll(async () => {
  template = await makeTemplate()
})
afterAll(() => template.drop())

/** One run: a fresh database, some commands, and a look at everything once they have come to rest. */
async function run(
  drawn: Iterable<(typeof journey)[number]>,
  spoilt = (world: World) => world,
): Promise<void> {
  const world = spoilt(await openWorld(template.name))
  const model = firstModel()
  try {
    await fc.asyncModelRun(() => ({ model, real: world }), drawn)
    await rest(model, world)
  } finally {
    await world.close()
  }
}

describe('whatever an application and its operators do', () => {
  test('from phase to phase and back, no acknowledged write is lost and no delete comes back', () =>
    run(journey))

  test('the same in any order', { timeout: seconds * 1_000 + 60_000 }, async () => {
    const drawn = fc.asyncProperty(fc.commands([...commands], { maxCommands: 30, size: 'max' }), (some) =>
      run(some),
    )
    const until = performance.now() + seconds * 1_000
    let seed = firstSeed
    try {
      // A run is not shrunk: what it does at once it does in another order the next time.
      for (; performance.now() < until; seed += 1)
        await fc.assert(drawn, { seed, numRuns: 1, endOnFailure: true })
    } finally {
      console.log(`soak: ${seed - firstSeed} runs from seed ${firstSeed}`)
    }
  })
})

/** Switches a prevention off behind the gates' back, each time that something has passed them. */
const without =
  (statement: string) =>
  (world: World): World => ({
    ...world,
    async flip(to) {
      await world.flip(to)
      await world.run(statement)
    },
    async fill(options) {
      const state = await world.fill(options)
      await world.run(statement)
      return state
    },
  })

describe('a run notices (mutation)', () => {
  test.each([
    [
      'deletes of legacy rows that are not captured',
      'ALTER TABLE note DISABLE TRIGGER changeover_notes_delete',
    ],
    [
      'legacy writes that are neither captured nor refused',
      'ALTER TABLE note DISABLE TRIGGER changeover_notes_update',
    ],
    ['new target rows without a legacy key', 'ALTER TABLE page DISABLE TRIGGER zzz_changeover_notes_adopt'],
    ['that nobody remembers who has led', 'UPDATE changeover.phase SET target_has_led = FALSE'],
  ])('%s', async (_what, statement) => {
    const error = await run(journey, without(statement)).catch((error: unknown) => error)
    expect(String(error)).toMatch(/^Error: (in |the verifier says |a direct write)/)
  })
})
