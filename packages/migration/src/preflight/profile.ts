/**
 * When one asks: before new code is rolled out · when the target alone is to carry production · before legacy is archived.
 */
export type Profile = 'before-deploy' | 'production' | 'before-contract'

export const profiles: readonly Profile[] = ['before-deploy', 'production', 'before-contract']
