import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { renderJunit, type Verification } from '@changeover/verifier'
import { errors } from '../errors.ts'
import type { Session } from '../session.ts'

/** Writes a verification as JUnit XML. Errors: CLI.FILE_UNWRITABLE. */
export async function writeJunit(
  { folder }: Pick<Session, 'folder'>,
  file: string,
  verification: Verification,
): Promise<void> {
  try {
    await writeFile(resolve(folder, file), renderJunit(verification))
  } catch (error) {
    throw errors.FILE_UNWRITABLE(
      { file, said: error instanceof Error ? error.message : String(error) },
      { cause: error },
    )
  }
}
