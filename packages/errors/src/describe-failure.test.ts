import { describe, expect, test } from 'vitest'
import { defineErrors, describeFailure } from './index.ts'

const errors = defineErrors('PORT', {
  TAKEN: {
    message: (v: { owner: string }) => `The port is taken by ${v.owner}.`,
    fix: (v) => `Stop ${v.owner}.`,
  },
})

describe('describeFailure', () => {
  test('shows code, message, fix and causes, and no stack', () => {
    const driver = Object.assign(new Error('bind failed'), { code: 'EADDRINUSE' })
    const failure = errors.TAKEN({ owner: 'nginx' }, { cause: new Error('no server', { cause: driver }) })
    expect(describeFailure(failure)).toBe(
      [
        'PORT.TAKEN: The port is taken by nginx.',
        '  Fix: Stop nginx.',
        '  Cause: no server',
        '  Cause: EADDRINUSE bind failed',
      ].join('\n'),
    )
  })

  test('shows a problem the same way', () => {
    expect(describeFailure(errors.TAKEN.problem({ owner: 'nginx' }))).toBe(
      'PORT.TAKEN: The port is taken by nginx.\n  Fix: Stop nginx.',
    )
  })

  test('lets no stored text drive the terminal', () => {
    const text = describeFailure(errors.TAKEN.problem({ owner: 'a\u001b[2Jb\nc\rd\u009b' }))
    expect(text).toContain(String.raw`a\u001b[2Jb`)
    expect(text).toContain('b\n    c')
    expect(text).toContain(String.raw`c\u000dd\u009b`)
  })
})
