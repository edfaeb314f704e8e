import type { PhaseName } from '@changeover/rollout'
import fc from 'fast-check'
import { applied, beside, type Draft } from './beside.fixture.ts'
import { authorityOf, type Model, pick, titled } from './model.fixture.ts'
import { bulk, insert, raw, remove, update, type Write } from './write.fixture.ts'
import type { Path, World } from './world.fixture.ts'

type Command = fc.AsyncCommand<Model, World>

const path = fc.constantFrom<Path>('proxy', 'native')
const small = fc.nat(40)
const draft = fc.record<Draft>({
  kind: fc.constantFrom('insert', 'update', 'update', 'delete', 'tag', 'untag'),
  at: small,
  rank: fc.nat(99),
  path,
})
const drafts = fc.array(draft, { minLength: 1, maxLength: 6 })

const backfills = fc
  .record({ drafts, batchRows: fc.integer({ min: 1, max: 5 }), dieAt: fc.option(fc.nat(12)) })
  .map(filling)

/** What an application and its operators may do, at any time and in any order. */
export const commands: readonly fc.Arbitrary<Command>[] = [
  fc
    .record({
      at: small,
      parent: fc.option(small),
      priority: fc.constantFrom('low', 'high', 'urgent'),
      rank: fc.option(fc.nat(99)),
      path,
    })
    .map(insertion),
  fc
    .record({ at: small, parent: fc.option(small), priority: fc.constantFrom('low', 'high', 'urgent'), path })
    .map(change),
  fc.record({ at: small, several: fc.integer({ min: 1, max: 3 }), path }).map(removal),
  fc.record({ by: fc.integer({ min: 1, max: 3 }), path }).map(ofAll),
  small.map(rawSql),
  fc.record({ drafts, isStruck: fc.boolean() }).map(burst),
  fc.constant(stray()),
  backfills,
  backfills,
  fc.record({ drafts, isStruck: fc.boolean(), isForward: fc.boolean() }).map(flipping),
  fc.record({ drafts, isStruck: fc.boolean(), isForward: fc.constant(true) }).map(flipping),
  fc.constant(command('verify', async (model, world) => verified(model, world))),
]

/** One of each, through every phase and back: what every command does at least once. */
export const journey: readonly Command[] = [
  burst({ drafts: drafted('insert', 'update', 'tag', 'delete'), isStruck: true }),
  filling({ drafts: drafted('update', 'insert', 'delete'), batchRows: 2, dieAt: 8 }),
  filling({ drafts: drafted('untag', 'update'), batchRows: 3, dieAt: null }),
  rawSql(2),
  removal({ at: 1, several: 2, path: 'native' }),
  flipping({ drafts: drafted('update', 'insert', 'delete', 'tag'), isStruck: true, isForward: true }),
  insertion({ at: 3, parent: 2, priority: 'urgent', rank: null, path: 'native' }),
  change({ at: 1, parent: 3, priority: 'urgent', path: 'native' }),
  change({ at: 1, parent: 2, priority: 'high', path: 'proxy' }),
  insertion({ at: 5, parent: null, priority: 'high', rank: 1, path: 'proxy' }),
  stray(),
  flipping({ drafts: drafted('insert', 'update'), isStruck: false, isForward: true }),
  ofAll({ by: 1, path: 'native' }),
  flipping({ drafts: drafted('insert', 'update'), isStruck: false, isForward: false }),
  flipping({ drafts: drafted('delete', 'insert', 'update'), isStruck: true, isForward: false }),
  ofAll({ by: 2, path: 'proxy' }),
  change({ at: 0, parent: null, priority: 'low', path: 'proxy' }),
  flipping({ drafts: drafted('update'), isStruck: false, isForward: false }),
  removal({ at: 0, several: 1, path: 'proxy' }),
  flipping({ drafts: drafted('insert'), isStruck: false, isForward: true }),
]

function drafted(...kinds: readonly Draft['kind'][]): readonly Draft[] {
  return kinds.map((kind, index) => ({
    kind,
    at: index * 2,
    rank: index,
    path: index % 2 === 0 ? 'proxy' : 'native',
  }))
}

/** Brings a run to rest with both sides written, and looks at everything once more. */
export async function rest(model: Model, world: World): Promise<void> {
  if (model.phase === 'legacy-only') await go(model, world, 'legacy-leads')
  if (model.phase === 'target-only') await go(model, world, 'target-leads')
  if (!model.isFilled) await fillAll(model, world)
  await agreed(model, world)
  await verified(model, world)
}

interface Drawn {
  readonly at: number
  readonly parent: number | null
  readonly priority: 'low' | 'high' | 'urgent'
  readonly path: Path
}

function insertion({
  at,
  parent,
  priority,
  rank,
  path: by,
}: Drawn & { readonly rank: number | null }): Command {
  return command(`insert by ${by}`, (model, world) => {
    const under = parent === null ? null : (pick(model, parent + at) ?? null)
    const content = { priority, parent: under, ...(rank !== null && { rank }) }
    return wrote(model, world, insert(titled(model), content), by)
  })
}

function change({ at, parent, priority, path: by }: Drawn): Command {
  return command(`change ${at} to ${priority} by ${by}`, async (model, world) => {
    const key = pick(model, at)
    if (key === undefined) return
    const under = parent === null ? null : (pick(model, parent) ?? null)
    await wrote(model, world, update(key, { title: titled(model), priority, parent: under }), by)
  })
}

function removal({
  at,
  several,
  path: by,
}: {
  readonly at: number
  readonly several: number
  readonly path: Path
}): Command {
  return command(`remove ${several} from ${at} by ${by}`, async (model, world) => {
    const keys = Array.from({ length: several }, (_none, index) => pick(model, at + index * 3))
    const known = [...new Set(keys.filter((key) => key !== undefined))]
    if (model.notes.size - known.length > 2) await wrote(model, world, remove(known), by)
  })
}

function ofAll({ by, path: way }: { readonly by: number; readonly path: Path }): Command {
  return command(`all of them by ${way}`, (model, world) => wrote(model, world, bulk(by), way))
}

function rawSql(at: number): Command {
  return command(`raw SQL at ${at}`, async (model, world) => {
    if (authorityOf(model) === 'target') return
    for (const write of raw(model, at, titled(model))) await wrote(model, world, write, 'proxy')
  })
}

/** Writers of different rows at once, some of whose connections may be ended. */
function burst({
  drafts: some,
  isStruck,
}: {
  readonly drafts: readonly Draft[]
  readonly isStruck: boolean
}): Command {
  return command(
    `burst of ${some.map(({ kind }) => kind).join(', ')}${isStruck ? ', struck' : ''}`,
    (model, world) => beside(model, world, some, isStruck ? () => world.strike() : async () => {}),
  )
}

/** Code that was forgotten writes to a legacy table while the target leads. */
function stray(): Command {
  return command('stray write', async (model, world) => {
    if (authorityOf(model) === 'legacy') return
    const refused = await world.run(`INSERT INTO note (title) VALUES ('stray')`).then(
      () => false,
      () => true,
    )
    if (!refused) throw new Error('a direct write to legacy was not refused')
  })
}

function filling(drawn: {
  readonly drafts: readonly Draft[]
  readonly batchRows: number
  readonly dieAt: number | null
}): Command {
  return command(
    `backfill${drawn.dieAt === null ? '' : ` that dies at step ${drawn.dieAt}`}`,
    async (model, world) => {
      if (model.phase !== 'legacy-leads' || model.isFilled) return
      let isDone = false
      await beside(model, world, drawn.drafts, async () => {
        const { batchRows, dieAt } = drawn
        const restart = model.isStale
        model.isStale = false
        const options = { batchRows, restart, heldValues: 'overwrite', dieAt: dieAt ?? undefined } as const
        isDone = (await world.fill(options)) === 'done'
      })
      if (isDone) await filled(model, world)
    },
  )
}

function flipping(drawn: {
  readonly drafts: readonly Draft[]
  readonly isStruck: boolean
  readonly isForward: boolean
}): Command {
  const words = `go ${drawn.isForward ? 'forward' : 'back'}${drawn.isStruck ? ', struck' : ''}`
  return command(words, async (model, world) => {
    const to = neighbour(model, drawn.isForward)
    if (to !== undefined) await go(model, world, to, drawn.drafts, drawn.isStruck)
  })
}

function neighbour({ phase, isFilled }: Model, isForward: boolean): PhaseName | undefined {
  if (phase === 'legacy-only') return isForward ? 'legacy-leads' : undefined
  if (phase === 'legacy-leads') return isForward ? (isFilled ? 'target-leads' : undefined) : 'legacy-only'
  if (phase === 'target-leads') return isForward ? 'target-only' : 'legacy-leads'
  return isForward ? undefined : 'target-leads'
}

/** Changes the phase while the application writes, and fills the target again where dual write was off meanwhile. */
async function go(
  model: Model,
  world: World,
  to: PhaseName,
  some: readonly Draft[] = [],
  isStruck = false,
): Promise<void> {
  const from = model.phase
  if (from === 'legacy-leads' && to === 'target-leads' && model.isStale) await fillAll(model, world)
  await beside(model, world, some, async () => {
    await Promise.all([world.flip(to), ...(isStruck ? [world.strike()] : [])])
    model.phase = to
    if (to === 'target-leads') model.hasLed = true
    if (to === 'legacy-only') model.isFilled = false
    if (to === 'legacy-only' || from === 'target-only') model.isStale = true
  })
  if (from === 'legacy-only' && model.hasLed) await fillAll(model, world)
}

async function fillAll(model: Model, world: World): Promise<void> {
  const heldValues = model.hasLed ? 'keep' : 'overwrite'
  const options = { batchRows: 100, restart: model.isStale, heldValues, dieAt: undefined } as const
  if ((await world.fill(options)) !== 'done') throw new Error('a backfill died by itself')
  model.isStale = false
  await filled(model, world)
}

/** A backfill deletes nothing: what legacy has lost while dual write was off is a finding, to be fixed. */
async function filled(model: Model, world: World): Promise<void> {
  await world.mend(model)
  for (const [key, note] of model.notes)
    model.notes.set(key, { ...note, isUrgent: note.isUrgent && note.priority === 'high' })
  model.isFilled = true
}

async function wrote(model: Model, world: World, write: Write, by: Path): Promise<void> {
  const outcome = await world.write(write, by)
  if (outcome === 'unknown') throw new Error(`${write.name}: nobody ended its connection`)
  applied(model, outcome)
}

async function agreed(model: Model, world: World): Promise<void> {
  const wrong = await world.wrong(model)
  if (wrong.length > 0) throw new Error(`in ${model.phase}: ${wrong.join('; ')}`)
}

async function verified(model: Model, world: World): Promise<void> {
  if (model.phase === 'target-only' || !model.isFilled) return
  const { verdict, findings } = await world.verify(model)
  if (verdict !== 'consistent') throw new Error(`the verifier says ${verdict}: ${JSON.stringify(findings)}`)
}

function command(words: string, run: (model: Model, world: World) => Promise<void>): Command {
  return {
    check: () => true,
    async run(model, world) {
      await run(model, world)
      await agreed(model, world)
    },
    toString: () => words,
  }
}
