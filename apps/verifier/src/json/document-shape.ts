import { z } from 'zod'
import { exitCodes } from '../exit-code.ts'
import { problem } from './base-shapes.ts'
import { type JsonCommand, resultShapes } from './result-shapes.ts'

const exitCode = z.literal([...new Set(Object.values(exitCodes))])

const cause = z.strictObject({ code: z.string().optional(), message: z.string() })

/** Why a command could not do its job. Without a code it is a bug. */
const failure = z.union([
  z.strictObject({ ...problem.shape, retriable: z.boolean(), causes: z.array(cause) }),
  z.strictObject({ message: z.string() }),
])

/** The JSON document that a command prints with `--json`. */
export function documentShape(command: JsonCommand) {
  return z.union([
    z.strictObject({ command: z.literal(command), exitCode, result: resultShapes[command] }),
    z.strictObject({ command: z.literal(command), exitCode, failure }),
  ])
}

/** Every command that prints one. */
export const jsonCommands = Object.keys(resultShapes) as readonly JsonCommand[] // the keys of the shapes
