-- Who has signed in to the pages with a key, and until when. The secret stands in the browser's cookie alone; here is its hash. A
-- session whose key is revoked is none, whatever stands here.
CREATE TABLE sessions (
    id TEXT PRIMARY KEY NOT NULL,
    secret_hash TEXT NOT NULL CONSTRAINT sessions_secret_key UNIQUE, -- SHA-256, hexadecimal
    api_key_id TEXT NOT NULL REFERENCES api_keys (id),
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    ended_at TEXT                                                    -- signed out; NULL: not
) STRICT;
CREATE INDEX sessions_expires_idx ON sessions (expires_at);
