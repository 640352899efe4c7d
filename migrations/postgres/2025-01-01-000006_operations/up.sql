-- One row for each time a job was due: whoever inserts it runs it.
CREATE TABLE slots (
    job text NOT NULL,
    due_at timestamp NOT NULL,
    holder text NOT NULL,
    lease_until timestamp NOT NULL,
    attempts integer NOT NULL,
    finished_at timestamp,
    outcome text,
    PRIMARY KEY (job, due_at)
);

CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    key_hash text NOT NULL CONSTRAINT api_keys_hash_key UNIQUE,     -- SHA-256; the key itself is shown once
    role text NOT NULL,
    created_at timestamp NOT NULL,
    revoked_at timestamp
);

-- The answer given to a POST with an Idempotency-Key, kept so that a repeat gets the same.
CREATE TABLE idempotency_keys (
    api_key_id uuid NOT NULL REFERENCES api_keys (id),
    key text NOT NULL,
    request_hash text NOT NULL,
    status integer,
    body text,
    location text,
    created_at timestamp NOT NULL,
    PRIMARY KEY (api_key_id, key)
);

CREATE TABLE warning_runs (
    id uuid PRIMARY KEY,
    as_of date NOT NULL,
    letters integer NOT NULL,
    assessed integer NOT NULL,
    report text NOT NULL,                                           -- JSON
    created_at timestamp NOT NULL
);
