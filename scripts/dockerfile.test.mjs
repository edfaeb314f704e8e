import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ValidationSeverity, validate } from 'dockerfile-utils'
import { describe, expect, test } from 'vitest'

const text = readFileSync(join(import.meta.dirname, '..', 'Dockerfile'), 'utf8')

/** Everything is an error, also what is merely out of fashion. */
const strict = Object.fromEntries(
  [
    'deprecatedMaintainer',
    'directiveCasing',
    'emptyContinuationLine',
    'instructionCasing',
    'instructionCmdMultiple',
    'instructionEntrypointMultiple',
    'instructionHealthcheckMultiple',
    'instructionJSONInSingleQuotes',
    'instructionWorkdirRelative',
    'jsonInSingleQuotes',
  ].map((rule) => [rule, ValidationSeverity.ERROR]),
)
const objections = (dockerfile) =>
  validate(dockerfile, strict).map(({ message, range }) => `${range.start.line + 1}: ${message}`)

/** The instructions of each stage, by its name. */
function stages(dockerfile) {
  const parts = dockerfile.split(/^FROM /m).slice(1)
  return new Map(parts.map((part) => [/ AS (\w+)/.exec(part)?.[1] ?? '', `FROM ${part}`]))
}

describe('the Dockerfile', () => {
  test('has nothing against it', () => {
    expect(objections(text)).toEqual([])
    expect(objections(text.replace('WORKDIR /app', 'WORKDIR app'))).not.toEqual([])
  })

  test.each(['api', 'cli'])(
    'runs %s as nobody who can change it, on an exact base, without what only building needs',
    (name) => {
      const stage = stages(text).get(name) ?? ''
      expect(stage).toMatch(/^FROM node:\d+\.\d+\.\d+-\w+-slim AS/)
      expect(stage).toMatch(/^USER node$/m)
      expect(stage).toMatch(/COPY --from=build --chown=root:root \/out\//)
      expect(stage.indexOf('USER node')).toBeLessThan(stage.indexOf('ENTRYPOINT'))
      expect(stage).not.toMatch(/^RUN /m)
    },
  )
})
