/** SQLSTATE of a write whose row a rule of the mapping refuses. DETAIL is JSON: mapping, direction, key, rule, field, why. */
export const rowRefusedState = 'UC101'
/** SQLSTATE of a TRUNCATE while a migration is under way. */
export const truncateRefusedState = 'UC102'
/** SQLSTATE of a direct write to a legacy table while the target leads. DETAIL is JSON: migration, phase, operation, proxy, key. */
export const legacyReadOnlyState = 'UC104'
/** SQLSTATE of a new target row whose legacy key cannot be made by the database. */
export const keyNotGivenState = 'UC103'
