import { vi } from 'vitest'
import type { RunningApi } from '../api.fixture.ts'
import { type Role, roles } from '../identity/identity.ts'
import type { Api } from '../index.ts'

/** What an operator of each role sends with each request; they are named as the role. */
export type Operators = Readonly<Record<Role, { readonly authorization: string }>>

export async function operatorsOf(api: RunningApi): Promise<Operators> {
  const made = roles.map(async (role) => [role, await api.as({ name: `the ${role}`, role })] as const)
  return Object.fromEntries(await Promise.all(made)) as Operators // of each role
}

export interface Answer {
  readonly status: number
  // What it is depends on the operation; the tests compare it.
  readonly body: Record<string, never> & Record<string, unknown>
}

/** Asks the control plane about the work items. */
export function operator(app: Api, headers: Operators[Role]) {
  return async (method: 'GET' | 'POST' | 'PATCH', path: string, payload?: object): Promise<Answer> => {
    const url = `/control/migrations/work-items${path}`
    const answer = await app.inject({ method, url, headers, ...(payload && { payload }) })
    return { status: answer.statusCode, body: answer.json() }
  }
}

/** Waits until the job that is under way has ended, and gives it. */
export async function jobEnded(app: Api, headers: Operators[Role]): Promise<Record<string, unknown>> {
  const ask = operator(app, headers)
  return vi.waitFor(
    async () => {
      const { job } = (await ask('GET', '')).body as { job?: Record<string, unknown> }
      if (!job || job['endedAt'] === null) throw new Error(`not ended: ${JSON.stringify(job)}`)
      return job
    },
    { timeout: 60_000, interval: 50 },
  )
}
