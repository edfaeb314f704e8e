import type { Queryable } from '@changeover/database'

const statement = `
  with users as (
    insert into app_user (username, first_name, last_name, email)
    values
      ('amina', 'Amina', 'Abdullah', 'amina@example.org'),
      ('jose', 'José', 'Niño', 'jose@example.org'),
      ('zoe', 'Zoe\u0308', 'O''Brien', 'zoe@example.org'),
      ('fatima', 'فاطمة', 'الزهراء', 'fatima@example.org'),
      ('li', '李', '小龙', ''),
      ('robot', '', '', ''),
      ('only-first', 'Madonna', '', ''),
      ('only-last', '', 'Sultan', ''),
      ('UPPER', 'Upper', 'Case', 'UPPER@EXAMPLE.ORG'),
      ('emoji🙂', '🙂', 'Smile', 'smile@example.org')
    on conflict (username) do nothing
  ), teams as (
    insert into staff_team (name, description, is_active)
    values
      ('Monitoring and Evaluation', 'Keeps the numbers', true),
      ('Policy', '', true),
      ('Field Office "South"', 'C:\\south', true),
      ('الخدمات', '', true),
      ('Archive', 'Closed', false)
    on conflict (name) do nothing
  ), organizations as (
    insert into organization (name, acronym)
    values
      ('Ministry of Indigenous Peoples Affairs', 'MIPA'),
      ('Barangay Niño Council', ''),
      ('منظمة المجتمع', ''),
      ('Smith & Sons', 'S&S'),
      ('The "Quoted" Foundation', 'TQF'),
      ('🌱 Green Fund', '🌱')
    on conflict (name) do nothing
  )
  insert into recurring_pattern (frequency, "interval", until)
  select frequency, "interval", until
  from (values
    ('daily', 1, null),
    ('weekly', 2, date '2024-02-29'),
    ('monthly', 1, date '9999-12-31'),
    ('yearly', 10, null)
  ) as pattern (frequency, "interval", until)
  where not exists (select from recurring_pattern)`

/** Adds the users, teams, organizations and recurring patterns that are not there yet. */
export async function seedPeople(database: Queryable): Promise<void> {
  await database.query(statement)
}
