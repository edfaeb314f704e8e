import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A server that runs beside the benchmark. */
export interface ServerProcess {
  /** `http://127.0.0.1:41234` */
  readonly url: string
  stop(): Promise<void>
}

/** Starts a file of this folder that listens, and says where. */
export async function startServer(file: string, databaseUrl: string): Promise<ServerProcess> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    execArgv: ['-C', 'source'],
    env: { ...process.env, DATABASE_URL: databaseUrl },
  })
  const ended = once(child, 'exit')
  const [url] = await Promise.race([
    once(child, 'message'),
    ended.then(([code]) => {
      throw new Error(`${file} ended with ${code} before it listened`)
    }),
  ])
  return {
    url: String(url),
    async stop() {
      child.disconnect()
      await ended
    },
  }
}
