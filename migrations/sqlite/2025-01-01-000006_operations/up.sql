-- One row for each time a job was due: whoever inserts it runs it.
CREATE TABLE slots (
    job TEXT NOT NULL,
    due_at TEXT NOT NULL,
    holder TEXT NOT NULL,
    lease_until TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    finished_at TEXT,
    outcome TEXT,
    PRIMARY KEY (job, due_at)
) STRICT;

CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    key_hash TEXT NOT NULL CONSTRAINT api_keys_hash_key UNIQUE,     -- SHA-256; the key itself is shown once
    role TEXT NOT NULL,
    created_at TEXT NOT NULL,
    revoked_at TEXT
) STRICT;

-- The answer given to a POST with an Idempotency-Key, kept so that a repeat gets the same.
CREATE TABLE idempotency_keys (
    api_key_id TEXT NOT NULL REFERENCES api_keys (id),
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status INTEGER,
    body TEXT,
    location TEXT,
    created_at TEXT NOT NULL,
    PRIMARY KEY (api_key_id, key)
) STRICT;

CREATE TABLE warning_runs (
    id TEXT PRIMARY KEY,
    as_of TEXT NOT NULL,
    letters INTEGER NOT NULL,
    assessed INTEGER NOT NULL,
    report TEXT NOT NULL,                                           -- JSON
    created_at TEXT NOT NULL
) STRICT;
