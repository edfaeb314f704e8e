import type { FastifyInstance } from 'fastify'

/** A connection that answers while the application closes is the client's last one: kept alive, it would hold up the end. */
export function closeAnsweredConnections(app: FastifyInstance): void {
  let isClosing = false
  app.addHook('preClose', async () => {
    isClosing = true
  })
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) void reply.header('connection', 'close')
  })
}
