import { describe, expect, test } from 'vitest'
import { readSettings } from './settings.ts'

const needed = { DATABASE_URL: 'postgres://localhost/demo' }

describe('the settings', () => {
  test('need the database, and have defaults for the rest', () => {
    expect(readSettings(needed)).toEqual({
      databaseUrl: 'postgres://localhost/demo',
      host: '127.0.0.1',
      port: 3000,
      logLevel: 'info',
      rateLimitPerMinute: 600,
      maxEventLoopDelayMs: 1000,
      auth: 'off',
      oidc: undefined,
      tenant: '1',
      usesUnifiedCalendar: false,
      v2Endpoints: { dashboard: false, reading: false, updating: false, creating: false },
      legacyDeprecatedSince: undefined,
      legacySunset: undefined,
      controlHost: '127.0.0.1',
      controlPort: undefined,
      rehearseEverySeconds: 3_600,
    })
  })

  test.each([
    [{}, 'DATABASE_URL'],
    [{ ...needed, PORT: '70000' }, 'PORT'],
    [{ ...needed, LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
    [{ ...needed, USE_UNIFIED_CALENDAR: 'perhaps' }, 'USE_UNIFIED_CALENDAR'],
    [{ ...needed, LEGACY_SUNSET: 'soon' }, 'LEGACY_SUNSET'],
  ])('of %j are refused, naming %s', (environment, name) => {
    expect(() => readSettings(environment)).toThrow(
      expect.objectContaining({ code: 'API.SETTING_INVALID', values: expect.objectContaining({ name }) }),
    )
  })
})
