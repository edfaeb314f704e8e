import { describe, expect, test } from 'vitest'
import { defineErrors, errors as ownErrors, listErrors } from './index.ts'

const tables = defineErrors('TABLE', {
  MISSING: {
    message: (v: { tables: readonly string[]; owner: { name: string }; count: number }) =>
      `${v.tables.map((table) => table.toUpperCase()).join(', ')} of ${v.owner.name} (${[...v.tables].join()}, ${v.count.toFixed(1)}) ${JSON.stringify(v.owner)}`,
    fix: (v) => v.owner.name,
    retriable: true,
  },
})
const ports = defineErrors('PORT', { CLOSED: { message: () => 'The port is closed.', fix: 'Open it.' } })

describe('listErrors', () => {
  test('lists every entry by code, with its values by name', () => {
    expect(listErrors(tables, ports)).toEqual([
      { code: 'PORT.CLOSED', message: 'The port is closed.', fix: 'Open it.', retriable: false },
      {
        code: 'TABLE.MISSING',
        message: '‹tables› of ‹owner.name› (‹tables›, ‹count›) "‹owner›"',
        fix: '‹owner.name›',
        retriable: true,
      },
    ])
  })

  test('refuses a code that two catalogues define', () => {
    expect(() => listErrors(ports, ports)).toThrow(ownErrors.CODE_TWICE({ code: 'PORT.CLOSED' }).message)
  })
})
