import { open, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { renderJunit, type Verification } from '@changeover/verifier'
import { errors } from '../errors.ts'
import type { Session } from '../session.ts'

type Where = Pick<Session, 'folder'>

/** Fails before the work where its report could not be written after it. Errors: CLI.FILE_UNWRITABLE. */
export function requireWritable({ folder }: Where, file: string): Promise<void> {
  return explained(file, async () => {
    const handle = await open(resolve(folder, file), 'a')
    await handle.close()
  })
}

/** Writes a verification as JUnit XML. Errors: CLI.FILE_UNWRITABLE. */
export function writeJunit({ folder }: Where, file: string, verification: Verification): Promise<void> {
  return explained(file, () => writeFile(resolve(folder, file), renderJunit(verification)))
}

async function explained(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    throw errors.FILE_UNWRITABLE({ file, said }, { cause: error })
  }
}
