-- What signs things; each made once and never shown.
CREATE TABLE secrets (
    name text PRIMARY KEY,
    value text NOT NULL,
    created_at timestamp NOT NULL
);

-- The unit a key speaks for; always there for the role `unit`.
ALTER TABLE api_keys ADD COLUMN unit_id uuid REFERENCES units (id);

-- The loop after a letter is issued. Rows are added, never changed; letters.state says where the letter stands.
-- A NULL api_key_id means: by the link in the letter.
CREATE TABLE receipts (
    id uuid PRIMARY KEY,
    letter_id uuid NOT NULL CONSTRAINT receipts_letter_key UNIQUE REFERENCES letters (id),
    person text NOT NULL,
    api_key_id uuid REFERENCES api_keys (id),
    created_at timestamp NOT NULL
);

CREATE TABLE replies (
    id uuid PRIMARY KEY,
    letter_id uuid NOT NULL REFERENCES letters (id),
    ordinal integer NOT NULL,                                       -- from 1; a returned one is followed by the next
    cause text NOT NULL,
    person text NOT NULL,
    phone text NOT NULL,
    api_key_id uuid REFERENCES api_keys (id),
    created_at timestamp NOT NULL,
    CONSTRAINT replies_ordinal_key UNIQUE (letter_id, ordinal)
);

-- What the unit will do about it, and by when (整改措施、完成时限).
CREATE TABLE remedies (
    reply_id uuid NOT NULL REFERENCES replies (id),
    ordinal integer NOT NULL,
    action text NOT NULL,
    due_on date NOT NULL,
    PRIMARY KEY (reply_id, ordinal)
);

CREATE TABLE reply_files (
    reply_id uuid NOT NULL REFERENCES replies (id),
    ordinal integer NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    size integer NOT NULL,                                          -- bytes
    sha256 text NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (reply_id, ordinal)
);

CREATE TABLE reviews (
    id uuid PRIMARY KEY,
    reply_id uuid NOT NULL CONSTRAINT reviews_reply_key UNIQUE REFERENCES replies (id),
    verdict text NOT NULL,                                          -- accepted, returned
    reason text,
    api_key_id uuid NOT NULL REFERENCES api_keys (id),
    created_at timestamp NOT NULL
);

CREATE TABLE closures (
    id uuid PRIMARY KEY,
    letter_id uuid NOT NULL CONSTRAINT closures_letter_key UNIQUE REFERENCES letters (id),
    note text,
    api_key_id uuid NOT NULL REFERENCES api_keys (id),
    created_at timestamp NOT NULL
);

-- Who wrote what when: one row for each call that wrote or was refused for lack of a right.
CREATE TABLE audit_events (
    id uuid PRIMARY KEY,
    api_key_id uuid REFERENCES api_keys (id),
    letter_id uuid REFERENCES letters (id),                         -- whose link was used, when there was no key
    verb text NOT NULL,
    path text NOT NULL,
    status integer NOT NULL,
    request_id text NOT NULL,
    created_at timestamp NOT NULL
);
CREATE INDEX audit_events_key_idx ON audit_events (api_key_id, id);
