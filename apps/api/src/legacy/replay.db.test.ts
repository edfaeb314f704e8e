import type { PhaseName } from '@changeover/rollout'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningApi, startApi } from '../api.fixture.ts'
import { replayedChoices } from '../systems/choices/replayed.fixture.ts'
import { replayedConversations } from '../systems/conversations/replayed.fixture.ts'
import { replayedSupplierTasks } from '../systems/supplier-tasks/replayed.fixture.ts'
import { replayedWorkItems } from '../systems/work-items/replayed.fixture.ts'
import { play, type Replayed } from './replay.fixture.ts'

const all: readonly Replayed[] = [
  replayedWorkItems,
  replayedChoices,
  replayedConversations,
  replayedSupplierTasks,
]

const phases: readonly PhaseName[] = [
  'legacy-leads',
  'target-leads',
  'target-only',
  'target-leads',
  'legacy-leads',
]

describe.each(all.map((each) => [each.system.migration.name, each] as const))(
  'what clients of %s know answers the same in every phase',
  (_name, { system, scripts, isCovered, isFilledFirst = false }) => {
    let api: RunningApi
    beforeAll(async () => {
      api = await startApi({ systems: [system] })
    })
    afterAll(() => api.close())

    const recorded = new Map<string, Awaited<ReturnType<typeof play>>>()
    test('as it was recorded before the changeover', async () => {
      for (const script of scripts) recorded.set(script.name, await play(api.app, script))
      for (const [name, answers] of recorded) {
        expect([name, answers.filter(({ status }) => status >= 500)]).toEqual([name, []])
        expect([name, answers.some(({ status }) => status < 300)]).toEqual([name, true])
      }
      // Each script left behind what it found.
      for (const script of scripts) expect(await play(api.app, script)).toEqual(recorded.get(script.name))
    })

    for (const [index, phase] of phases.entries())
      test(`${index + 1}. in ${phase}`, async () => {
        await api.go(phase)
        if (isFilledFirst && index === 0) await api.fill()
        for (const script of scripts) expect(await play(api.app, script)).toEqual(recorded.get(script.name))
      })

    test('and no such operation is left out', () => {
      const { paths = {} } = api.app.swagger() as { paths?: Readonly<Record<string, Operations>> }
      const known = Object.entries(paths).flatMap(([path, operations]) =>
        Object.entries(operations).flatMap(([method, { deprecated }]) =>
          isCovered({ path, deprecated: deprecated === true }) ? [`${method.toUpperCase()} ${path}`] : [],
        ),
      )
      const own = known.filter((operation) => scripts.some((script) => isPlayed(script, operation)))
      expect(own.length).toBeGreaterThan(0)
      const others = all.filter((each) => each.system !== system).flatMap((each) => each.scripts)
      const left = known.filter((operation) => !own.includes(operation))
      expect(left.filter((operation) => !others.some((script) => isPlayed(script, operation)))).toEqual([])
    })
  },
)

type Operations = Readonly<Record<string, { readonly deprecated?: boolean }>>

function isPlayed({ steps }: Replayed['scripts'][number], operation: string): boolean {
  const [method = '', path = ''] = operation.split(' ')
  const pattern = new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/?]+')}(\\?.*)?$`)
  return steps.some((step) => step.method === method && pattern.test(step.url))
}
