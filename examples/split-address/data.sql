INSERT INTO branch (name, phone, street, city, postal_code, country) VALUES
  ('Köln', '0221-1', 'Hauptstraße 1', 'Köln', '50667', 'DE'), ('Nowhere', NULL, NULL, NULL, NULL, NULL), ('Cork', '', NULL, 'Cork', '', 'IE');
