import { ormOptions, WorkItem } from '@changeover/work-items'
import { MikroORM } from '@mikro-orm/postgresql'
import Fastify from 'fastify'

/** A list of work items as somebody would write it who has nothing of ours: MikroORM and Fastify. */
const orm = new MikroORM({ ...ormOptions, clientUrl: process.env['DATABASE_URL'] ?? '' })
const app = Fastify()
app.get('/api/work-items', async () => {
  const populate = ['assignees', 'teams'] as const
  return { items: await orm.em.fork().find(WorkItem, {}, { limit: 100, orderBy: { id: 'asc' }, populate }) }
})
process.send?.(await app.listen({ host: '127.0.0.1', port: 0 }))
process.once('disconnect', () => void app.close().then(() => orm.close()))
