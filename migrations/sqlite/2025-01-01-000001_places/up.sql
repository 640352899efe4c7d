-- Regions (行政区), the units (责任单位) in them, and the people (联络员) of the units.
CREATE TABLE regions (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL CONSTRAINT regions_code_key UNIQUE,          -- GB/T 2260, or an own extension code
    name TEXT NOT NULL,
    short_name TEXT NOT NULL,
    level TEXT NOT NULL,
    parent_code TEXT REFERENCES regions (code),
    valid_from TEXT,
    valid_to TEXT,
    created_at TEXT NOT NULL,
    revision INTEGER NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX regions_parent_idx ON regions (parent_code);

-- Other names and codes a region goes or went by.
CREATE TABLE region_aliases (
    id TEXT PRIMARY KEY,
    region_id TEXT NOT NULL REFERENCES regions (id),
    name TEXT NOT NULL,
    code TEXT,
    valid_from TEXT,
    valid_to TEXT,
    CONSTRAINT region_aliases_name_key UNIQUE (region_id, name)
) STRICT;
CREATE INDEX region_aliases_name_idx ON region_aliases (name);

CREATE TABLE units (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    region_id TEXT NOT NULL REFERENCES regions (id),
    parent_id TEXT REFERENCES units (id),
    credit_code TEXT CONSTRAINT units_credit_code_key UNIQUE,       -- GB 32100-2015
    created_at TEXT NOT NULL,
    revision INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT units_name_key UNIQUE (region_id, name)
) STRICT;

CREATE TABLE contacts (
    id TEXT PRIMARY KEY,
    unit_id TEXT NOT NULL REFERENCES units (id),
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT,
    role TEXT NOT NULL,                                             -- liaison, leader
    valid_from TEXT NOT NULL,
    valid_to TEXT,
    created_at TEXT NOT NULL,
    revision INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT contacts_email_key UNIQUE (unit_id, email, role)
) STRICT;
