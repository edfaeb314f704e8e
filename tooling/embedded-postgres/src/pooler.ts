import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import pg from 'pg'

/** A pooler in transaction mode, as PgBouncer is one. */
export interface Pooler {
  readonly url: string
  close(): Promise<void>
}

/**
 * Lets any number of clients share a few connections to a server: each transaction gets one that is free, whatever the one
 * before has left behind in it. It speaks as much of the protocol as the driver `pg` asks for without named statements.
 */
export async function openPooler(serverUrl: string, connections: number): Promise<Pooler> {
  const servers = await Promise.all(Array.from({ length: connections }, () => connectionTo(serverUrl)))
  const free = servers.map(({ socket }) => socket)
  const waiting: ((socket: Socket) => void)[] = []
  const clients = new Set<Socket>()
  const take = () => {
    const socket = free.pop()
    return socket ? Promise.resolve(socket) : new Promise<Socket>((resolve) => waiting.push(resolve))
  }
  const give = (socket: Socket) => {
    const next = waiting.shift()
    if (next) next(socket)
    else free.push(socket)
  }
  const listener = createServer((client) => {
    clients.add(client)
    client.on('close', () => clients.delete(client)).on('error', () => client.destroy())
    serve(client, take, give)
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const url = new URL(serverUrl)
  url.hostname = '127.0.0.1'
  url.port = String((listener.address() as AddressInfo).port) // it listens on TCP
  url.search = '' // no socket folder, no TLS
  return {
    url: url.href,
    async close() {
      for (const client of clients) client.destroy()
      await closed(listener)
      await Promise.all(servers.map(({ end }) => end()))
    },
  }
}

/** Any message from the server that ends a turn says in its last byte whether a transaction is open. */
function serve(client: Socket, take: () => Promise<Socket>, give: (socket: Socket) => void): void {
  let isStarted = false
  let server: Socket | undefined
  let acquiring = Promise.resolve()
  client.on('data', (data) => {
    if (!isStarted) {
      isStarted = true
      client.write(welcome)
      return
    }
    if (data.at(0) === code('X')) return void client.end()
    acquiring = acquiring.then(async () => {
      server ??= await begin(client, await take(), (socket) => {
        server = undefined
        give(socket)
      })
      server.write(data)
    })
  })
}

async function begin(client: Socket, server: Socket, release: (socket: Socket) => void): Promise<Socket> {
  let rest = Buffer.alloc(0)
  server.removeAllListeners('data')
  server.on('data', (data) => {
    client.write(data)
    rest = Buffer.concat([rest, data])
    let isOver = false
    while (rest.length >= 5 && rest.length >= 1 + rest.readInt32BE(1)) {
      const length = 1 + rest.readInt32BE(1)
      isOver = rest.at(0) === code('Z') && rest.at(5) === code('I')
      rest = rest.subarray(length)
    }
    if (isOver && rest.length === 0) release(server)
  })
  return server
}

const code = (letter: string) => letter.charCodeAt(0)

/** Authentication is done, and the server is ready. */
const welcome = Buffer.from([code('R'), 0, 0, 0, 8, 0, 0, 0, 0, code('Z'), 0, 0, 0, 5, code('I')])

/** A connection that the driver has opened, from then on as a bare socket. */
async function connectionTo(
  url: string,
): Promise<{ readonly socket: Socket; readonly end: () => Promise<void> }> {
  const client = new pg.Client({ connectionString: url, application_name: 'pooler' })
  client.on('error', () => {})
  await client.connect()
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Socket } }).connection // not in its types
  stream.removeAllListeners('data')
  return { socket: stream, end: async () => void stream.destroy() }
}

function closed(listener: Server): Promise<void> {
  return new Promise((resolve) => listener.close(() => resolve()))
}
