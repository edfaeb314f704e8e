import { styleText } from 'node:util'

/** What is said beside the data: on stderr, so that stdout can be piped. */
export interface Talk {
  /** Where it is said, for a view of one's own. */
  readonly stream: NodeJS.WriteStream
  say(line: string): void
  /** A line that may be replaced by the next one, where there is a terminal; elsewhere at most one every few seconds. */
  progress(line: string): void
  /** Clears a progress line, before something else is written to the terminal. */
  end(): void
}

// Without a terminal every line stays: a log needs few.
const plainEveryMs = 2_000

/** Talks on a stream. A progress line is cleared before anything else is said. */
export function talkOn(stream: NodeJS.WriteStream): Talk {
  let shown = false
  let lastAt = performance.now()
  const clear = () => {
    if (shown) stream.write('\r\u001b[2K')
    shown = false
  }
  return {
    stream,
    say(line) {
      clear()
      stream.write(`${line}\n`)
    },
    progress(line) {
      if (stream.isTTY) {
        clear()
        stream.write(line.slice(0, (stream.columns ?? 80) - 1))
        shown = true
      } else if (performance.now() - lastAt >= plainEveryMs) {
        lastAt = performance.now()
        stream.write(`${line}\n`)
      }
    },
    end: clear,
  }
}

/** Colours text where the stream shows colours (NO_COLOR and pipes do not). */
export function coloured(
  style: 'green' | 'red' | 'yellow' | 'bold' | 'dim',
  text: string,
  stream: NodeJS.WriteStream,
): string {
  return styleText(style, text, { stream, validateStream: true })
}
