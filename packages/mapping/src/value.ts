import './raw-json.ts'
/**
 * A PostgreSQL value in a row function, exact for every type:
 *
 * - smallint, integer, real, double precision: number · boolean: boolean
 * - bigint, numeric: the digits as a string · text, varchar, char, uuid: string
 * - date, time, timestamp: PostgreSQL's ISO text (`2026-03-29`, `02:30:00.000001`, `2026-03-29 02:30:00`, `infinity`, `… BC`)
 * - timestamptz: the same in UTC, ending in `+00`
 * - json, jsonb: the JSON value, see {@link Json}
 * - NULL: null
 */
export type Value = null | boolean | number | string | Json

/**
 * A JSON value. A number that JavaScript cannot hold exactly is a `JSON.rawJSON` object, and so is a top-level JSON null
 * ({@link jsonNull}), which is not SQL's NULL.
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
