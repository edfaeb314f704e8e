import { verifierOf } from '@changeover/migration'
import { keyText } from '@changeover/verifier'
import { exitCodes } from '../exit-code.ts'
import type { Job } from '../perform.ts'

/** Takes a fix back, wherever the rows still are what it left. */
export function undo(fix: string): Job {
  return async (session) => {
    const { database, migration } = session
    const report = await verifierOf(database, migration).undo(migration.mappings, fix)
    const { restored, left } = report
    const lines = [
      `${left.length === 0 ? '✓' : '✗'} Fix ${fix}: ${restored} rows are as they were before, ${left.length} were left.`,
      ...left.map(({ mapping, rowKey, why }) => `  ${mapping} ${keyText(rowKey)}: ${why}`),
    ]
    const exitCode = left.length === 0 ? exitCodes.fine : exitCodes.findings
    return { exitCode, data: report, text: lines.join('\n') }
  }
}
