-- Who has signed in to the pages with a key, and until when. The secret stands in the browser's cookie alone; here is its hash. A
-- session whose key is revoked is none, whatever stands here.
CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    secret_hash text NOT NULL CONSTRAINT sessions_secret_key UNIQUE, -- SHA-256, hexadecimal
    api_key_id uuid NOT NULL REFERENCES api_keys (id),
    created_at timestamp NOT NULL,
    expires_at timestamp NOT NULL,
    ended_at timestamp                                               -- signed out; NULL: not
);
CREATE INDEX sessions_expires_idx ON sessions (expires_at);
