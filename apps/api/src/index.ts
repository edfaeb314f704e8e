/** The HTTP application of the reference systems. */
export { type Api, type ApiOptions, createApi } from './create-api.ts'
export { errors } from './errors.ts'
export { type Settings, readSettings } from './settings.ts'
