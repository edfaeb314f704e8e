import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OidcOptions, oidcVerifier } from './oidc.ts'

const keys = await generateKeyPair('ES256')
const others = await generateKeyPair('ES256')

let server: Server
let options: OidcOptions
beforeAll(async () => {
  server = createServer(
    (request, response) => void answer(request.url ?? '').then((body) => response.end(body)),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on TCP
  const issuer = `http://127.0.0.1:${port}`
  options = { issuer, audience: 'changeover', roleClaim: 'role', tenantClaim: 'tenant' }
})
afterAll(() => server.close())

async function answer(path: string): Promise<string> {
  const { issuer } = options
  if (path.startsWith('/.well-known')) return JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` })
  return JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256' }] })
}

function signed(claims: JWTPayload, key = keys.privateKey): Promise<string> {
  const { issuer, audience } = options
  const now = Math.floor(Date.now() / 1000)
  const payload = { iss: issuer, aud: audience, sub: 'anna', exp: now + 60, ...claims }
  return new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(key)
}

describe('an access token of the issuer', () => {
  test('says who asks, for whom, and in which role', async () => {
    const verify = oidcVerifier(options)
    expect(await verify(await signed({ tenant: 7, role: 'operator' }))).toEqual({
      name: 'anna',
      tenant: '7',
      role: 'operator',
    })
  })

  test('gives nothing by claims of a shape that is not known', async () => {
    const verify = oidcVerifier(options)
    const token = await signed({ tenant: ['1', '2'], role: 'root' })
    expect(await verify(token)).toEqual({ name: 'anna', tenant: null, role: null })
  })

  test.each([
    ['is past', { exp: 1 }],
    ['is for somebody else', { aud: 'other' }],
    ['is of somebody else', { iss: 'https://elsewhere.example' }],
    ['is not yet valid', { nbf: 4_000_000_000 }],
    ['names nobody', { sub: '' }],
  ])('is refused where it %s', async (_why, claims) => {
    expect(await oidcVerifier(options)(await signed({ tenant: '1', ...claims }))).toBeUndefined()
  })

  test('is refused where another key has signed it, or none', async () => {
    const verify = oidcVerifier(options)
    expect(await verify(await signed({ tenant: '1' }, others.privateKey))).toBeUndefined()
    const [, payload] = (await signed({ tenant: '1' })).split('.')
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
    expect(await verify(`${none}.${payload}.`)).toBeUndefined()
    expect(await verify('nonsense')).toBeUndefined()
  })
})

test('an issuer that cannot be reached is said to be, and is asked again the next time', async () => {
  const verify = oidcVerifier({ ...options, issuer: 'http://127.0.0.1:1' })
  const token = await signed({})
  for (let time = 0; time < 2; time++)
    await expect(verify(token)).rejects.toMatchObject({ code: 'API.ISSUER_UNREACHABLE', retriable: true })
})
