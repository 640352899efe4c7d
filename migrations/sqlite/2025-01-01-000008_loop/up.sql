-- What signs things; each made once and never shown.
CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

-- The unit a key speaks for; always there for the role `unit`.
ALTER TABLE api_keys ADD COLUMN unit_id TEXT REFERENCES units (id);

-- The loop after a letter is issued. Rows are added, never changed; letters.state says where the letter stands.
-- A NULL api_key_id means: by the link in the letter.
CREATE TABLE receipts (
    id TEXT PRIMARY KEY,
    letter_id TEXT NOT NULL CONSTRAINT receipts_letter_key UNIQUE REFERENCES letters (id),
    person TEXT NOT NULL,
    api_key_id TEXT REFERENCES api_keys (id),
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE replies (
    id TEXT PRIMARY KEY,
    letter_id TEXT NOT NULL REFERENCES letters (id),
    ordinal INTEGER NOT NULL,                                       -- from 1; a returned one is followed by the next
    cause TEXT NOT NULL,
    person TEXT NOT NULL,
    phone TEXT NOT NULL,
    api_key_id TEXT REFERENCES api_keys (id),
    created_at TEXT NOT NULL,
    CONSTRAINT replies_ordinal_key UNIQUE (letter_id, ordinal)
) STRICT;

-- What the unit will do about it, and by when (整改措施、完成时限).
CREATE TABLE remedies (
    reply_id TEXT NOT NULL REFERENCES replies (id),
    ordinal INTEGER NOT NULL,
    action TEXT NOT NULL,
    due_on TEXT NOT NULL,
    PRIMARY KEY (reply_id, ordinal)
) STRICT;

CREATE TABLE reply_files (
    reply_id TEXT NOT NULL REFERENCES replies (id),
    ordinal INTEGER NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,                                          -- bytes
    sha256 TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (reply_id, ordinal)
) STRICT;

CREATE TABLE reviews (
    id TEXT PRIMARY KEY,
    reply_id TEXT NOT NULL CONSTRAINT reviews_reply_key UNIQUE REFERENCES replies (id),
    verdict TEXT NOT NULL,                                          -- accepted, returned
    reason TEXT,
    api_key_id TEXT NOT NULL REFERENCES api_keys (id),
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE closures (
    id TEXT PRIMARY KEY,
    letter_id TEXT NOT NULL CONSTRAINT closures_letter_key UNIQUE REFERENCES letters (id),
    note TEXT,
    api_key_id TEXT NOT NULL REFERENCES api_keys (id),
    created_at TEXT NOT NULL
) STRICT;

-- Who wrote what when: one row for each call that wrote or was refused for lack of a right.
CREATE TABLE audit_events (
    id TEXT PRIMARY KEY,
    api_key_id TEXT REFERENCES api_keys (id),
    letter_id TEXT REFERENCES letters (id),                         -- whose link was used, when there was no key
    verb TEXT NOT NULL,
    path TEXT NOT NULL,
    status INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX audit_events_key_idx ON audit_events (api_key_id, id);
