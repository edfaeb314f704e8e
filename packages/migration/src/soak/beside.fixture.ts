import { authorityOf, type Model, pick, titled } from './model.fixture.ts'
import type { Outcome, Path, World } from './world.fixture.ts'
import { insert, remove, tag, update, type Write } from './write.fixture.ts'

/** A write that is not yet of a row: the row is chosen when it is known which there are. */
export interface Draft {
  readonly kind: 'insert' | 'update' | 'delete' | 'tag' | 'untag'
  readonly at: number
  readonly rank: number
  readonly path: Path
}

/** Does something while others write, then finds out what became of writes whose connection was lost. */
export async function beside(
  model: Model,
  world: World,
  some: readonly Draft[],
  work: () => Promise<void>,
): Promise<void> {
  const writes = distinct(model, some)
  const [outcomes] = await Promise.all([
    Promise.all(writes.map(({ write, path: by }) => world.write(write, by))),
    work(),
  ])
  const unknown = writes.flatMap(({ write }, index) => (outcomes[index] === 'unknown' ? [write] : []))
  for (const outcome of outcomes) applied(model, outcome)
  for (const write of unknown) await settled(model, world, write)
  if (model.phase !== 'target-only') await adopted(model, world)
}

/** Pages that were made while legacy was frozen get their keys when it catches up. */
async function adopted(model: Model, world: World): Promise<void> {
  for (const [key, note] of [...model.notes].filter(([each]) => each < 0)) {
    const given = await world.keyOf(note.title, authorityOf(model))
    if (typeof given !== 'number') throw new Error(`${note.title} has no legacy key in ${model.phase}`)
    model.notes.delete(key)
    model.notes.set(given, note)
  }
}

/** Writes of the drafts, no two of the same row, and none that depends on the order of the others. */
function distinct(
  model: Model,
  some: readonly Draft[],
): readonly { readonly write: Write; readonly path: Path }[] {
  const taken = new Set<number>()
  return some.flatMap(({ kind, at, rank, path: by }) => {
    const title = titled(model)
    if (kind === 'insert') return [{ write: insert(title, { rank }), path: by }]
    const key = pick(model, at)
    if (key === undefined || taken.has(key)) return []
    taken.add(key)
    // The way back is proven on rows: some must be left.
    if (kind === 'delete' && model.notes.size < 9) return []
    if (kind === 'delete') return [{ write: remove([key]), path: by }]
    if (kind === 'update') return [{ write: update(key, { title, rank }), path: by }]
    return [{ write: tag(key, 'b', kind === 'tag'), path: by }]
  })
}

export function applied(model: Model, outcome: Outcome): void {
  if (outcome !== 'unknown') outcome.write.apply(model, outcome.side, outcome.key)
}

/** A write is there as a whole or not at all: whichever leaves less to complain about. */
async function settled(model: Model, world: World, write: Write): Promise<void> {
  const side = authorityOf(model)
  const key = write.makes === undefined ? undefined : await world.keyOf(write.makes, side)
  if (write.makes !== undefined && key === undefined) return
  const without = (await world.wrong(model)).length
  const before = [...model.notes]
  write.apply(model, side, key)
  if ((await world.wrong(model)).length <= without) return
  model.notes.clear()
  for (const [each, note] of before) model.notes.set(each, note)
}
