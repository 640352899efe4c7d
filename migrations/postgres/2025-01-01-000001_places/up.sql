-- Regions (行政区), the units (责任单位) in them, and the people (联络员) of the units.
CREATE TABLE regions (
    id uuid PRIMARY KEY,
    code text NOT NULL CONSTRAINT regions_code_key UNIQUE,          -- GB/T 2260, or an own extension code
    name text NOT NULL,
    short_name text NOT NULL,
    level text NOT NULL,
    parent_code text REFERENCES regions (code),
    valid_from date,
    valid_to date,
    created_at timestamp NOT NULL,
    revision integer NOT NULL,
    updated_at timestamp NOT NULL
);
CREATE INDEX regions_parent_idx ON regions (parent_code);

-- Other names and codes a region goes or went by.
CREATE TABLE region_aliases (
    id uuid PRIMARY KEY,
    region_id uuid NOT NULL REFERENCES regions (id),
    name text NOT NULL,
    code text,
    valid_from date,
    valid_to date,
    CONSTRAINT region_aliases_name_key UNIQUE (region_id, name)
);
CREATE INDEX region_aliases_name_idx ON region_aliases (name);

CREATE TABLE units (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    region_id uuid NOT NULL REFERENCES regions (id),
    parent_id uuid REFERENCES units (id),
    credit_code text CONSTRAINT units_credit_code_key UNIQUE,       -- GB 32100-2015
    created_at timestamp NOT NULL,
    revision integer NOT NULL,
    updated_at timestamp NOT NULL,
    CONSTRAINT units_name_key UNIQUE (region_id, name)
);

CREATE TABLE contacts (
    id uuid PRIMARY KEY,
    unit_id uuid NOT NULL REFERENCES units (id),
    name text NOT NULL,
    email text NOT NULL,
    phone text,
    role text NOT NULL,                                             -- liaison, leader
    valid_from date NOT NULL,
    valid_to date,
    created_at timestamp NOT NULL,
    revision integer NOT NULL,
    updated_at timestamp NOT NULL,
    CONSTRAINT contacts_email_key UNIQUE (unit_id, email, role)
);
