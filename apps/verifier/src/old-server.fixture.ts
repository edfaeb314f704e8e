import { createServer, type Socket } from 'node:net'

/** A stand-in that speaks just enough of the protocol to say that it is PostgreSQL 13, to any question. */
export interface OldServer {
  readonly url: string
  close(): void
}

const message = (type: string, ...parts: readonly Buffer[]) => {
  const body = Buffer.concat(parts)
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length + 4)
  return Buffer.concat([Buffer.from(type), length, body])
}
const int16 = (value: number) => Buffer.from(Uint16Array.of(value & 0xffff).buffer).swap16()
const int32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
const text = (value: string) => Buffer.from(`${value}\0`)

const ready = message('Z', Buffer.from('I'))
const column = (name: string, type: number) =>
  Buffer.concat([text(name), int32(0), int16(0), int32(type), int16(-1), int32(-1), int16(0)])
const value = (of: string) => Buffer.concat([int32(of.length), Buffer.from(of)])
const answer = Buffer.concat([
  message('T', int16(2), column('major', 23), column('text', 25)),
  message('D', int16(2), value('13'), value('13.22')),
  message('C', text('SELECT 1')),
  ready,
])

export function startOldServer(): Promise<OldServer> {
  const server = createServer((socket: Socket) => {
    socket.on('error', () => {})
    // The first message is the startup, which has no type; every later one that is a query gets the same answer.
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', int32(0)), ready]))
      socket.on('data', (chunk: Buffer) => {
        if (chunk.subarray(0, 1).toString() === 'Q') socket.write(answer)
      })
    })
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      resolve({ url: `postgres://user:secret@127.0.0.1:${port}/old`, close: () => void server.close() })
    })
  })
}
