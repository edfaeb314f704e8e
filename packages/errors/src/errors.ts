import { defineErrors } from './define-errors.ts'

/** The errors of this package. */
export const errors = defineErrors('ERRORS', {
  CODE_TWICE: {
    message: (v: { code: string }) => `Two catalogues define the error ${v.code}.`,
    fix: (v) => `Rename one of them, so that ${v.code} means one thing.`,
  },
})
