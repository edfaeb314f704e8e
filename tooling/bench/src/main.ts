import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from '@changeover/embedded-postgres'
import { api } from './api.ts'
import { dualWrite } from './dual-write.ts'
import { foundation } from './foundation.ts'
import { labels } from './labels.ts'
import { tableOf } from './measure.ts'
import { proxies } from './proxies.ts'
import { rollback } from './rollback.ts'
import { states } from './states.ts'
import { supplierTaskBench } from './supplier-tasks.ts'
import { switchover } from './switchover.ts'
import { systemBench } from './systems.ts'

// pnpm bench [foundation …] [--rows 1000000] [--write]: prints the table; --write keeps it in docs/benchmarks.md.
const benchmarks = {
  foundation,
  'dual-write': dualWrite,
  proxies,
  rollback,
  systems: systemBench,
  labels,
  states,
  switchover,
  'supplier-tasks': supplierTaskBench,
  api,
}
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rows: { type: 'string', default: '1000000' }, write: { type: 'boolean', default: false } },
})
const unknown = positionals.find((name) => !(name in benchmarks))
if (unknown !== undefined) {
  process.stderr.write(`There is no benchmark ${unknown}; there are ${Object.keys(benchmarks).join(', ')}.\n`)
  process.exit(2)
}
const server = await startPostgres({
  folder: join(tmpdir(), `changeover-bench-${process.pid}`),
  lifetime: 'throwaway',
  settings: {
    shared_buffers: '2GB',
    max_wal_size: '8GB',
    work_mem: '64MB',
    maintenance_work_mem: '512MB',
    checkpoint_timeout: '30min',
  },
})
const say = (text: string) => void process.stderr.write(`${text}\n`)
try {
  for (const name of positionals.length > 0 ? positionals : Object.keys(benchmarks)) {
    const measures = await benchmarks[name as keyof typeof benchmarks](server.url, Number(values.rows), say)
    const table = tableOf(measures)
    process.stdout.write(`${table}\n`)
    if (values.write)
      keep(
        name,
        `${Number(values.rows).toLocaleString('en')} rows, ${cpus().length} cores, Node ${process.version}.\n\n${table}`,
      )
    if (measures.some(({ ratio, bound }) => ratio !== undefined && bound !== undefined && ratio > bound))
      process.exitCode = 4
  }
} finally {
  await server.stop()
}

/** Puts the result between the marks of that benchmark in docs/benchmarks.md. */
function keep(name: string, result: string): void {
  const file = new URL('../../../docs/benchmarks.md', import.meta.url)
  const text = readFileSync(file, 'utf8')
  const marked = new RegExp(`(<!-- ${name} -->)[\\s\\S]*?(<!-- end -->)`)
  if (!marked.test(text)) throw new Error(`docs/benchmarks.md has no place for ${name}`)
  writeFileSync(file, text.replace(marked, `$1\n${result}\n$2`))
}
