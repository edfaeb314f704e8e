/** A process that uses the server of the folder that it is given, until its input ends: `node user.fixture.ts <folder>`. */
import pg from 'pg'
import { startPostgres } from './start-postgres.ts'

const [folder = ''] = process.argv.slice(2)
const server = await startPostgres({ folder })
const client = new pg.Client({ connectionString: server.url })
await client.connect()
const { rows } = await client.query('show server_version')
await client.end()
console.log(JSON.stringify({ port: server.port, version: rows[0].server_version }))
process.stdin.on('end', () => void server.stop()).resume()
