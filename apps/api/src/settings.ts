import { endpointFlags, type EndpointFlags } from '@changeover/supplier-tasks'
import { z } from 'zod'
import { errors } from './errors.ts'
import type { OidcOptions } from './identity/oidc.ts'

const port = z.coerce.number().int().min(0).max(65_535)

const shape = z.object({
  DATABASE_URL: z.string().min(1, 'it is needed'),
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(3000),
  LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  RATE_LIMIT_PER_MINUTE: z.coerce.number().int().positive().default(600),
  MAX_EVENT_LOOP_DELAY_MS: z.coerce.number().int().min(0).default(1_000),
  AUTH: z.enum(['off', 'tokens']).optional(),
  OIDC_ISSUER: z.url().optional(),
  OIDC_AUDIENCE: z.string().min(1).optional(),
  OIDC_ROLE_CLAIM: z.string().min(1).default('role'),
  OIDC_TENANT_CLAIM: z.string().min(1).default('tenant'),
  TENANT_ID: z
    .string()
    .regex(/^[0-9]{1,18}$/)
    .default('1'),
  USE_UNIFIED_CALENDAR: z.stringbool().default(false),
  LEGACY_DEPRECATED_SINCE: z.iso.date().optional(),
  LEGACY_SUNSET: z.iso.date().optional(),
  CONTROL_HOST: z.string().default('127.0.0.1'),
  CONTROL_PORT: port.optional(),
  REHEARSE_EVERY_SECONDS: z.coerce.number().int().min(0).max(604_800).default(3_600),
})

/** What the environment says of this process. */
export interface Settings {
  readonly databaseUrl: string
  readonly host: string
  readonly port: number
  readonly logLevel: z.infer<typeof shape>['LOG_LEVEL']
  /** Requests of one client. */
  readonly rateLimitPerMinute: number
  /** Above it requests are turned away with 503; 0: never. */
  readonly maxEventLoopDelayMs: number
  /** Whether requests need a token. Without, whoever reaches this process may do everything. */
  readonly auth: 'off' | 'tokens'
  /** Whose tokens are accepted besides our own. */
  readonly oidc: OidcOptions | undefined
  /** Whose leads and choices are served where nobody is asked for a token. As text: a bigint. */
  readonly tenant: string
  /** Whether the calendar shows all work, instead of the events of the legacy feed. */
  readonly usesUnifiedCalendar: boolean
  /** Which groups of endpoints of the supplier tasks are asked to be served by V2. */
  readonly v2Endpoints: EndpointFlags
  /** Since when the legacy endpoints are deprecated, as `2026-12-31`. */
  readonly legacyDeprecatedSince: string | undefined
  /** From when on the legacy endpoints may be gone, as `2027-06-30`; they say nothing of it without. */
  readonly legacySunset: string | undefined
  readonly controlHost: string
  /** Where the control plane listens, and only there; undefined: beside everything else. */
  readonly controlPort: number | undefined
  /** How old the figure of a rehearsal of the way back may become before the control plane makes a new one; 0: never. */
  readonly rehearseEverySeconds: number
}

/** The environment of a process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Reads the settings. Errors: API.SETTING_INVALID, naming the variable. */
export function readSettings(environment: Environment): Settings {
  const { data, error } = shape.safeParse(environment)
  const [issue] = error?.issues ?? []
  if (data === undefined || issue)
    throw errors.SETTING_INVALID({
      name: String(issue?.path[0] ?? ''),
      said: issue?.message ?? 'it cannot be read',
    })
  return {
    databaseUrl: data.DATABASE_URL,
    ...authOf(data),
    host: data.HOST,
    port: data.PORT,
    logLevel: data.LOG_LEVEL,
    rateLimitPerMinute: data.RATE_LIMIT_PER_MINUTE,
    maxEventLoopDelayMs: data.MAX_EVENT_LOOP_DELAY_MS,
    tenant: data.TENANT_ID,
    usesUnifiedCalendar: data.USE_UNIFIED_CALENDAR,
    v2Endpoints: endpointFlags(environment),
    legacyDeprecatedSince: data.LEGACY_DEPRECATED_SINCE,
    legacySunset: data.LEGACY_SUNSET,
    controlHost: data.CONTROL_HOST,
    controlPort: data.CONTROL_PORT,
    rehearseEverySeconds: data.REHEARSE_EVERY_SECONDS,
  }
}

const loopback = ['127.0.0.1', '::1', 'localhost']

/** Tokens are asked for wherever others than this machine can reach us. Errors: API.OPEN_TO_STRANGERS, SETTING_INVALID. */
function authOf(data: z.infer<typeof shape>): Pick<Settings, 'auth' | 'oidc'> {
  const { HOST, CONTROL_HOST, CONTROL_PORT, OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience } = data
  const hosts = CONTROL_PORT === undefined ? [HOST] : [HOST, CONTROL_HOST]
  const outside = hosts.find((host) => !loopback.includes(host))
  const isReachable = outside !== undefined
  const auth = data.AUTH ?? (isReachable || issuer !== undefined ? 'tokens' : 'off')
  if (auth === 'off' && isReachable) throw errors.OPEN_TO_STRANGERS({ host: outside })
  if (issuer === undefined) return { auth, oidc: undefined }
  if (audience === undefined)
    throw errors.SETTING_INVALID({ name: 'OIDC_AUDIENCE', said: 'it is needed beside OIDC_ISSUER' })
  const claims = { roleClaim: data.OIDC_ROLE_CLAIM, tenantClaim: data.OIDC_TENANT_CLAIM }
  return { auth, oidc: { issuer, audience, ...claims } }
}
