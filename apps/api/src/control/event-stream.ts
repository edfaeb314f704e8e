import type { FastifyReply, FastifyRequest } from 'fastify'

/** Something that happened in this process. */
interface ControlEvent {
  readonly name: 'job' | 'progress' | 'phase'
  readonly migration: string
  readonly data: object
}

/** Tells clients what happens, as server-sent events. */
export interface EventStream {
  publish(event: ControlEvent): void
  /** Answers a request by events, of one migration or of all, until either side ends it. */
  open(request: FastifyRequest, reply: FastifyReply, migration?: string): void
  /** Ends every answer, so that the process can end. */
  close(): void
}

export interface EventStreamOptions {
  /** How long nothing may be sent; 15 s unless given. */
  readonly heartbeatMs?: number
  /** For how many events a client that comes back is told what it has missed; 500 unless given. */
  readonly keptEvents?: number
}

interface Sent {
  readonly number: number
  readonly event: ControlEvent
}

interface Client {
  readonly migration: string | undefined
  readonly reply: FastifyReply
}

// Who does not read what is sent is cut off before the process drowns in it.
const mostUnreadBytes = 1_000_000

/**
 * Events of this process, numbered since it began. `Last-Event-ID` is answered by what was missed, as long as it is kept; where it is not, or
 * is of another process, by the event `reset`: read the status anew. Source: HTML Living Standard, server-sent events.
 */
export function createEventStream(options: EventStreamOptions = {}): EventStream {
  const { heartbeatMs = 15_000, keptEvents = 500 } = options
  const process = crypto.randomUUID()
  const clients = new Set<Client>()
  const kept: Sent[] = []
  let number = 0
  let isClosed = false
  const beat = setInterval(() => {
    for (const client of clients) write(client, ': alive\n\n')
  }, heartbeatMs)
  beat.unref()
  const textOf = ({ number: id, event: { name, migration, data } }: Sent) =>
    `id: ${process}-${id}\nevent: ${name}\ndata: ${JSON.stringify({ migration, ...data })}\n\n`
  return {
    publish(event) {
      const sent = { number: ++number, event }
      kept.push(sent)
      if (kept.length > keptEvents) kept.shift()
      for (const client of clients) if (isFor(client, event)) write(client, textOf(sent))
    },
    open(request, reply, migration) {
      reply.hijack()
      const client = { migration, reply }
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) reply.raw.setHeader(name, value)
      reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      reply.raw.write('retry: 2000\n\n')
      const missed = missedSince(request.headers['last-event-id'], { process, number, kept })
      if (missed === undefined) reply.raw.write(`id: ${process}-${number}\nevent: reset\ndata: {}\n\n`)
      for (const sent of missed ?? []) if (isFor(client, sent.event)) write(client, textOf(sent))
      if (isClosed) return void reply.raw.end()
      clients.add(client)
      reply.raw.on('close', () => clients.delete(client))
    },
    close() {
      isClosed = true
      clearInterval(beat)
      for (const { reply } of clients) reply.raw.end()
    },
  }
}

function isFor({ migration }: Client, event: ControlEvent): boolean {
  return migration === undefined || migration === event.migration
}

function write({ reply: { raw } }: Client, text: string): void {
  raw.write(text)
  if (raw.writableLength > mostUnreadBytes) raw.destroy()
}

/** The events after the one that a client saw last; undefined where they are not known any more. */
function missedSince(
  seen: string | readonly string[] | undefined,
  {
    process,
    number,
    kept,
  }: { readonly process: string; readonly number: number; readonly kept: readonly Sent[] },
): readonly Sent[] | undefined {
  if (seen === undefined) return []
  const last = Number(String(seen).replace(`${process}-`, ''))
  const isKept = last === number || kept.some((each) => each.number === last + 1)
  return isKept ? kept.filter((each) => each.number > last) : undefined
}
