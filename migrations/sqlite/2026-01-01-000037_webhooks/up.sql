-- Other systems are told that something changed. What is told is made from the order of changes, by a job: who writes does nothing
-- for it. A webhook keeps the place up to which it was told, and what it is told waits in an outbox of its own.
CREATE TABLE webhooks (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL CONSTRAINT webhooks_name_key UNIQUE,
    url TEXT NOT NULL,
    kinds TEXT NOT NULL,                                            -- words of what it is told of, with commas
    role TEXT NOT NULL,                                             -- as whom it sees: coordinator, reader
    secret BLOB NOT NULL,                                          -- sealed with the setting webhooks.key
    former_secret BLOB,                                            -- the one before, while it still signs as well
    former_until TEXT,
    epoch INTEGER NOT NULL,                                         -- the place up to which it was told
    seq INTEGER NOT NULL,
    place_kind INTEGER NOT NULL,
    place_id TEXT NOT NULL,
    created_at TEXT NOT NULL,
    revision INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    retired_on TEXT,
    retired_reason TEXT
) STRICT;

CREATE TABLE webhook_events (
    id TEXT PRIMARY KEY NOT NULL,                                            -- the same at every attempt
    webhook_id TEXT NOT NULL REFERENCES webhooks (id),
    kind TEXT NOT NULL,
    subject_id TEXT,                                                -- what changed
    created_at TEXT NOT NULL,
    state TEXT NOT NULL,                                            -- pending, delivered, failed
    attempts INTEGER NOT NULL,
    next_attempt_at TEXT NOT NULL,                             -- while somebody is at it: when another may be
    holder TEXT,                                                    -- who is or was at it
    status INTEGER,                                                 -- of the last answer
    outcome TEXT,                                                   -- of the last attempt, in words
    delivered_at TEXT
) STRICT;
CREATE INDEX webhook_events_due_idx ON webhook_events (webhook_id, next_attempt_at) WHERE state = 'pending';
CREATE INDEX webhook_events_webhook_idx ON webhook_events (webhook_id, id);
