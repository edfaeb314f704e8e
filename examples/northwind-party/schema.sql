-- Three tables as the Northwind sample database has them, with a few rows of our own, and the one that a team may want instead.
CREATE TABLE customers (
  customer_id varchar(5) PRIMARY KEY, company_name varchar(40) NOT NULL, contact_name varchar(30), contact_title varchar(30),
  address varchar(60), city varchar(15), region varchar(15), postal_code varchar(10), country varchar(15), phone varchar(24), fax varchar(24)
);
CREATE TABLE suppliers (
  supplier_id smallint PRIMARY KEY, company_name varchar(40) NOT NULL, contact_name varchar(30), contact_title varchar(30),
  address varchar(60), city varchar(15), region varchar(15), postal_code varchar(10), country varchar(15), phone varchar(24), fax varchar(24),
  homepage text
);
CREATE TABLE employees (
  employee_id smallint PRIMARY KEY, last_name varchar(20) NOT NULL, first_name varchar(10) NOT NULL, title varchar(30),
  title_of_courtesy varchar(25), birth_date date, hire_date date, address varchar(60), city varchar(15), region varchar(15),
  postal_code varchar(10), country varchar(15), home_phone varchar(24), extension varchar(4), photo bytea, notes text,
  reports_to smallint REFERENCES employees, photo_path varchar(255)
);

CREATE TABLE party (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  kind text NOT NULL CHECK (kind IN ('customer', 'supplier', 'employee')),
  name text NOT NULL, contact_name text, job_title text,
  address text, city text, region text, postal_code text, country text, phone text, fax text,
  reports_to uuid REFERENCES party,
  data jsonb NOT NULL DEFAULT '{}'
);

INSERT INTO customers VALUES
  ('BLUME', 'Blumen & Söhne', 'Ina Weiß', 'Owner', 'Hauptstraße 1', 'Köln', NULL, '50667', 'Germany', '0221-1', NULL),
  ('OBRIE', 'O''Brien Foods', NULL, NULL, NULL, NULL, 'Co. Cork', '', 'Ireland', NULL, ''),
  ('ÅÄÖ', '食品 "Nippon"', 'Aiko', 'Sales', '1-2-3', '東京', NULL, '100-0001', 'Japan', '(03) 1', '(03) 2');
INSERT INTO suppliers VALUES
  (1, 'Blumen & Söhne', 'Ina Weiß', 'Owner', 'Hauptstraße 1', 'Köln', NULL, '50667', 'Germany', '0221-1', NULL, '#home#http://example.org#'),
  (2, 'Fjord Fisk', NULL, NULL, NULL, NULL, NULL, NULL, 'Norway', NULL, NULL, NULL);
INSERT INTO employees (employee_id, last_name, first_name, title, birth_date, hire_date, extension, photo, notes, reports_to) VALUES
  (3, 'Stein', 'Eva', 'Sales', '1970-02-28', '2000-02-29', '007', '\xff00', 'Speaks "French"', 1),
  (1, 'Ng', 'Li', 'Vice President', NULL, NULL, NULL, NULL, NULL, NULL),
  (2, 'de la Cruz', 'Ana', NULL, '1985-12-31', NULL, '', NULL, '', 1);
