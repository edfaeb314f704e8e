import type { ApiClient } from '../api/api-client.ts'
import { errors } from '../errors.ts'

/** The same client until a signal comes; then it asks for nothing more. What was asked is answered. */
export function stopping(api: ApiClient, signal: AbortSignal): ApiClient {
  const checked =
    (ask: ApiClient['ask']): ApiClient['ask'] =>
    async (call, options) => {
      if (signal.aborted) throw interrupted(api)
      return ask(call, options)
    }
  return { ...api, ask: checked(api.ask), need: checked(api.need) }
}

export function interrupted({ url }: Pick<ApiClient, 'url'>) {
  return errors.INTERRUPTED({
    command: `smoke --url ${url}`,
    done: 'what it had made was taken away again',
  })
}
