import { defineEntity, type InferEntity, type Opt, p } from '@mikro-orm/core'

/** A person who signs in. The display name is the full name, or the user name where there is none. */
export const AppUser = defineEntity({
  name: 'AppUser',
  tableName: 'app_user',
  properties: {
    id: p.bigint('string').primary().generated('by default as identity'),
    username: p.string().length(150).unique('app_user_username_unique'),
    firstName: p.string().length(150).default(''),
    lastName: p.string().length(150).default(''),
    email: p.string().length(254).default(''),
    displayName: p
      .string()
      .$type<Opt<string>>()
      .columnType('text')
      .generated(`(coalesce(nullif(btrim(first_name || ' ' || last_name), ''), username)) stored`),
  },
})

export type AppUser = InferEntity<typeof AppUser>
