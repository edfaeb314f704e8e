/** Settings under which SQL must mean the same as under the usual ones. Each list is run on one connection. */
export const hostileSessions: readonly (readonly string[])[] = [
  ["set timezone = 'UTC'", "set datestyle = 'ISO, MDY'", 'set extra_float_digits = 1'],
  [
    "set timezone = 'America/New_York'",
    "set datestyle = 'SQL, DMY'",
    'set extra_float_digits = 0',
    "set intervalstyle = 'iso_8601'",
    'set standard_conforming_strings = on',
    "set bytea_output = 'escape'",
  ],
  [
    "set timezone = 'Australia/Lord_Howe'",
    "set datestyle = 'German'",
    'set extra_float_digits = -15',
    "set intervalstyle = 'sql_standard'",
  ],
]
