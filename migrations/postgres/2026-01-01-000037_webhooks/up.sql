-- Other systems are told that something changed. What is told is made from the order of changes, by a job: who writes does nothing
-- for it. A webhook keeps the place up to which it was told, and what it is told waits in an outbox of its own.
CREATE TABLE webhooks (
    id uuid PRIMARY KEY,
    name text NOT NULL CONSTRAINT webhooks_name_key UNIQUE,
    url text NOT NULL,
    kinds text NOT NULL,                                            -- words of what it is told of, with commas
    role text NOT NULL,                                             -- as whom it sees: coordinator, reader
    secret bytea NOT NULL,                                          -- sealed with the setting webhooks.key
    former_secret bytea,                                            -- the one before, while it still signs as well
    former_until timestamp,
    epoch integer NOT NULL,                                         -- the place up to which it was told
    seq bigint NOT NULL,
    place_kind integer NOT NULL,
    place_id uuid NOT NULL,
    created_at timestamp NOT NULL,
    revision integer NOT NULL,
    updated_at timestamp NOT NULL,
    retired_on date,
    retired_reason text
);

CREATE TABLE webhook_events (
    id uuid PRIMARY KEY,                                            -- the same at every attempt
    webhook_id uuid NOT NULL REFERENCES webhooks (id),
    kind text NOT NULL,
    subject_id uuid,                                                -- what changed
    created_at timestamp NOT NULL,
    state text NOT NULL,                                            -- pending, delivered, failed
    attempts integer NOT NULL,
    next_attempt_at timestamp NOT NULL,                             -- while somebody is at it: when another may be
    holder text,                                                    -- who is or was at it
    status integer,                                                 -- of the last answer
    outcome text,                                                   -- of the last attempt, in words
    delivered_at timestamp
);
CREATE INDEX webhook_events_due_idx ON webhook_events (webhook_id, next_attempt_at) WHERE state = 'pending';
CREATE INDEX webhook_events_webhook_idx ON webhook_events (webhook_id, id);
