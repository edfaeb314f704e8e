/** Session settings by name. */
export type Session = Readonly<Record<string, string>>

/** The usual settings, and others under which SQL must mean the same. */
export const sessions: readonly Session[] = [
  { timezone: 'UTC', datestyle: 'ISO, MDY', extra_float_digits: '1' },
  { timezone: 'America/New_York', datestyle: 'SQL, DMY', extra_float_digits: '0', intervalstyle: 'iso_8601' },
  {
    timezone: 'Australia/Lord_Howe',
    datestyle: 'German',
    extra_float_digits: '-15',
    intervalstyle: 'sql_standard',
  },
]

/** One statement that applies the settings given as a JSON object in $1; $2 tells whether for the transaction alone. */
export const applySession = 'SELECT set_config(key, value, $2::boolean) FROM json_each_text($1::json)'
