import './raw-json.ts'
import type { Json } from './value.ts'

/** A top-level JSON null, which is not SQL's NULL. Compare with {@link isJsonNull}. */
export const jsonNull: Json = JSON.rawJSON('null')

/** Whether a value is a JSON null on its own. */
export function isJsonNull(value: unknown): boolean {
  return JSON.isRawJSON(value) && value.rawJSON === 'null'
}
