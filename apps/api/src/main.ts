import { readFileSync } from 'node:fs'
import { describeFailure, isFailure } from '@changeover/errors'
import closeWithGrace from 'close-with-grace'
import { createApi, createControlApi } from './create-api.ts'
import { createProgram } from './program.ts'
import { readSettings } from './settings.ts'

const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
)

async function serve(): Promise<void> {
  const settings = readSettings(process.env)
  const app = await createApi({ ...settings, version })
  const control = await createControlApi({ ...settings, version })
  // Requests that are under way get ten seconds to end.
  closeWithGrace({ delay: 10_000, logger: app.log }, async ({ err }) => {
    if (err) app.log.error({ err }, 'closing after an error')
    await Promise.all([app.close(), control?.close()])
  })
  await app.listen({ host: settings.host, port: settings.port })
  await control?.listen({ host: settings.controlHost, port: settings.controlPort ?? 0 })
}

try {
  const say = (text: string) => void process.stdout.write(text)
  await createProgram({ environment: process.env, say, serve }).parseAsync()
} catch (error) {
  process.stderr.write(`${isFailure(error) ? describeFailure(error) : String(error)}\n`)
  process.exitCode = 2
}
