/** What stops a verification or a fix, and (as problems) why a verification cannot answer for everything. */
export declare const errors: import('@changeover/errors').ErrorSet<
  'VERIFIER',
  {
    MAPPINGS_NONE: {
      migration: string
    }
    NOT_INSTALLED: {
      table: string
    }
    VERIFICATION_UNKNOWN: {
      id: string
      migration: string
    }
    VERIFICATION_STALE: {
      id: string
      changed: string
    }
    FIX_UNKNOWN: {
      id: string
      migration: string
    }
    FIX_TARGET_KEY: {
      mapping: string
    }
    ROWS_NONE: {
      mapping: string
      table: string
    }
    TABLE_UNREADABLE: {
      mapping: string
      table: string
      why: string
    }
    ROWS_HIDDEN: {
      mapping: string
      table: string
    }
    KEY_NOT_UNIQUE: {
      mapping: string
      table: string
      key: string
    }
    CHUNK_UNREAD: {
      mapping: string
      part: string
      range: string
      why: string
    }
    INTERRUPTED: {
      done: number
      planned: number
      id: string
    }
  }
>
//# sourceMappingURL=errors.d.ts.map
