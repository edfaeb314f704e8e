/** SQLSTATE of a write whose row a rule of the mapping refuses. DETAIL is JSON: mapping, direction, key, rule, field, why. */
export const rowRefusedState = 'UC101'
/** SQLSTATE of a TRUNCATE while a migration is under way. */
export const truncateRefusedState = 'UC102'
/** SQLSTATE of a new target row whose legacy key cannot be made by the database. */
export const keyNotGivenState = 'UC103'
