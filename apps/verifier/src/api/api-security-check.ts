import type { Check } from '@changeover/migration'
import { errors } from '../errors.ts'
import { type ApiClient, createApiClient } from './api-client.ts'

const wantedHeaders = [
  'content-security-policy',
  'strict-transport-security',
  'x-content-type-options',
  'x-frame-options',
]
const protectedCall = 'GET /api/work-items?limit=1'

/** Whether a running API sends the headers that browsers protect by, and turns strangers away. */
export function apiSecurityCheck(api: ApiClient): Check {
  return {
    name: 'api-secured',
    claim: 'the API sends security headers, and turns away whoever has no token',
    async look() {
      const { headers } = await api.need('GET /livez')
      const missing = wantedHeaders.filter((name) => !headers.has(name))
      const stranger = await createApiClient({ url: api.url }).ask(protectedCall)
      const isOpen = ![401, 403].includes(stranger.status)
      return {
        evidence: `${wantedHeaders.length - missing.length} of ${wantedHeaders.length} headers; a stranger is answered ${stranger.status}`,
        problems: [
          ...(missing.length === 0
            ? []
            : [errors.API_HEADERS_MISSING.problem({ url: api.url, names: missing })]),
          ...(isOpen
            ? [errors.API_OPEN.problem({ url: api.url, call: protectedCall, status: stranger.status })]
            : []),
        ],
      }
    },
  }
}
