import { Type } from '@mikro-orm/core'

/**
 * A `timestamptz` that stays text, as PostgreSQL writes it: `2024-02-29 16:00:00.123456+00`.
 *
 * A JavaScript date would lose the microseconds, on the way in and on the way out.
 */
export class TimestampText extends Type<string, string> {
  override getColumnType(): string {
    return 'timestamptz(6)'
  }

  override compareAsType(): string {
    return 'string'
  }

  override get runtimeType(): string {
    return 'string'
  }
}
