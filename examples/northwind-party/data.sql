INSERT INTO customers VALUES
  ('BLUME', 'Blumen & Söhne', 'Ina Weiß', 'Owner', 'Hauptstraße 1', 'Köln', NULL, '50667', 'Germany', '0221-1', NULL),
  ('OBRIE', 'O''Brien Foods', NULL, NULL, NULL, NULL, 'Co. Cork', '', 'Ireland', NULL, ''),
  ('ÅÄÖ', '食品 "Nippon"', 'Aiko', 'Sales', '1-2-3', '東京', NULL, '100-0001', 'Japan', '(03) 1', '(03) 2');
INSERT INTO suppliers VALUES
  (1, 'Blumen & Söhne', 'Ina Weiß', 'Owner', 'Hauptstraße 1', 'Köln', 'NRW', '50667', 'Germany', '0221-1', '0221-2', '#home#http://example.org#'),
  (2, 'Fjord Fisk', NULL, NULL, NULL, NULL, NULL, NULL, 'Norway', NULL, NULL, NULL);
INSERT INTO employees (employee_id, last_name, first_name, title, birth_date, hire_date, address, city, region, postal_code, country,
    home_phone, extension, photo, notes, reports_to) VALUES
  (3, 'Stein', 'Eva', 'Sales', '1970-02-28', '2000-02-29', 'Ringstraße 2', 'Köln', 'NRW', '50668', 'Germany', '0221-3', '007', '\xff00', 'Speaks "French"', 1),
  (1, 'Ng', 'Li', 'Vice President', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (2, 'de la Cruz', 'Ana', NULL, '1985-12-31', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '', NULL, '', 1);
