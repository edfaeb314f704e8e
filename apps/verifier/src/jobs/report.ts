import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { docsOf } from '@changeover/mapping'
import { inspect, measureLoss, phaseOf, plan, statusOf } from '@changeover/migration'
import { readHistory, transitionsOf } from '@changeover/rollout'
import { errors } from '../errors.ts'
import { exitCodes } from '../exit-code.ts'
import { operating } from '../operating.ts'
import type { Job } from '../perform.ts'
import { type Evidence, evidenceMarkdown } from '../render/evidence-markdown.ts'
import { evidencePage } from '../render/evidence-page.ts'
import { incidentsOf } from '../render/incidents.ts'
import type { Session } from '../session.ts'

export interface ReportSettings {
  readonly to: string
  readonly benchmarks?: string | undefined
}

/** Writes what is known of the migration, as evidence. */
export function report({ to, benchmarks }: ReportSettings): Job {
  return async (session) => {
    const { folder, migration } = session
    const evidence = await gather(session, benchmarks)
    const markdown = evidenceMarkdown(evidence)
    const place = resolve(folder, to)
    const files = { markdown: join(place, 'report.md'), html: join(place, 'report.html') }
    await explained(to, async () => {
      await mkdir(place, { recursive: true })
      await writeFile(files.markdown, markdown)
      await writeFile(files.html, evidencePage(`Evidence of ${migration.name}`, markdown))
    })
    const { incidents } = evidence
    return {
      exitCode: exitCodes.fine,
      data: { migration: migration.name, files, incidents },
      text: `✓ Written: ${files.markdown}, ${files.html} (${incidents.length} incidents).`,
    }
  }
}

async function gather(session: Session, benchmarks: string | undefined): Promise<Evidence> {
  const { database, folder, migration } = session
  const status = await statusOf(operating(session))
  const stored = await phaseOf(database, migration.name)
  const history = stored === undefined ? [] : await readHistory(database, migration.name)
  const transitions = stored === undefined ? [] : await transitionsOf(database, migration.name)
  const found = { status, history, transitions }
  return {
    migration,
    ...found,
    plan: stored?.phase.name === 'contracted' ? undefined : await planned(session),
    mappings: migration.mappings.map(docsOf),
    incidents: incidentsOf(found),
    benchmarks: benchmarks === undefined ? undefined : await read(resolve(folder, benchmarks), benchmarks),
  }
}

async function planned({ database, migration, talk }: Session) {
  talk.progress('Counting the rows that break a rule …')
  const losses = []
  const state = await inspect(database, migration)
  const isReadable = state.mappings.every(({ drift }) => drift.length === 0)
  if (isReadable) for (const mapping of migration.mappings) losses.push(await measureLoss(database, mapping))
  return plan(migration, state, losses)
}

async function read(file: string, named: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw errors.FILE_UNREADABLE({ file: named, said: saidBy(error) }, { cause: error })
  })
}

async function explained(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    throw errors.FILE_UNWRITABLE({ file, said: saidBy(error) }, { cause: error })
  }
}

function saidBy(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
