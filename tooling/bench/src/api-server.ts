import { createApi, readSettings } from '@changeover/api'

/** The API as a process of its own, which says to its parent where it listens. */
const app = await createApi({
  ...readSettings({
    ...process.env,
    LOG_LEVEL: 'silent',
    RATE_LIMIT_PER_MINUTE: '1000000000',
    MAX_EVENT_LOOP_DELAY_MS: '0',
  }),
  version: 'bench',
})
process.send?.(await app.listen({ host: '127.0.0.1', port: 0 }))
process.once('disconnect', () => void app.close())
