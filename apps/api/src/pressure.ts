import underPressure from '@fastify/under-pressure'
import type { FastifyInstance } from 'fastify'
import { errors } from './errors.ts'

/** What was measured before is the start itself: modules, entities, the first connections. */
const startMs = 2_000

/**
 * Turns requests away, early and cheaply, while the process cannot keep up; 0: never. Not those of the control plane, since that is when
 * somebody needs it.
 *
 * Errors, to the client: API.OVERLOADED.
 */
export async function turnAwayUnderPressure(
  app: FastifyInstance,
  maxEventLoopDelayMs: number,
): Promise<void> {
  let isMeasured = false
  app.addHook('onListen', async () => {
    setTimeout(() => (isMeasured = true), startMs).unref()
  })
  await app.register(underPressure, {
    maxEventLoopDelay: maxEventLoopDelayMs,
    pressureHandler: async ({ routeOptions: { config } }) => {
      const { access = 'tenant' } = config
      if (isMeasured && access === 'tenant') throw errors.OVERLOADED()
    },
  })
}
