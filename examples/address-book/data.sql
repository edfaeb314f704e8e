INSERT INTO contact (full_name, email, tier, birthday, newsletter, fax) VALUES
  ('Ada Lovelace', 'ada@example.org', 'A', '1815-12-10', true, NULL),
  ('José Müller ☎', NULL, 'B', NULL, false, '+49 30 0'),
  ('O''Brien, "Pat"', 'pat@example.org', 'C', '2000-02-29', false, '');
