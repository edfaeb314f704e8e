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
