CREATE TABLE episodes (
    id TEXT PRIMARY KEY,
    indicator_id TEXT NOT NULL REFERENCES indicators (id),
    campaign_id TEXT NOT NULL REFERENCES campaigns (id),
    unit_id TEXT REFERENCES units (id),
    state TEXT NOT NULL,                                            -- open, lifted
    grade TEXT NOT NULL,
    level TEXT NOT NULL,
    opened_on TEXT NOT NULL,
    opened_period_end TEXT,
    lifted_on TEXT,
    lettered_level TEXT,                                            -- of the last letter about it
    lettered_period_end TEXT,
    created_at TEXT NOT NULL,
    revision INTEGER NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX episodes_open_key ON episodes (indicator_id) WHERE state <> 'lifted';
CREATE INDEX episodes_campaign_idx ON episodes (campaign_id, state);

-- The last number given out, by issuer mark and year; advanced in the transaction that issues.
CREATE TABLE letter_serials (
    mark TEXT NOT NULL,
    year INTEGER NOT NULL,
    last_serial INTEGER NOT NULL,
    PRIMARY KEY (mark, year)
) STRICT;

-- Immutable once issued: facts and all renderings are frozen here.
CREATE TABLE letters (
    id TEXT PRIMARY KEY,
    mark TEXT NOT NULL,
    year INTEGER NOT NULL,
    serial INTEGER,                                                 -- NULL while a draft
    kind TEXT NOT NULL,
    level TEXT,
    state TEXT NOT NULL,                                            -- draft, issued
    campaign_id TEXT NOT NULL REFERENCES campaigns (id),
    unit_id TEXT NOT NULL REFERENCES units (id),
    as_of TEXT NOT NULL,
    issued_on TEXT,
    reply_by TEXT,
    facts TEXT NOT NULL,                                            -- JSON
    subject TEXT NOT NULL,
    body_text TEXT NOT NULL,
    body_html TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT letters_number_key UNIQUE (mark, year, serial)
) STRICT;
CREATE INDEX letters_unit_idx ON letters (unit_id);
CREATE INDEX letters_campaign_idx ON letters (campaign_id);

CREATE TABLE letter_episodes (
    letter_id TEXT NOT NULL REFERENCES letters (id),
    episode_id TEXT NOT NULL REFERENCES episodes (id),
    ordinal INTEGER NOT NULL,
    PRIMARY KEY (letter_id, episode_id)
) STRICT;
CREATE INDEX letter_episodes_episode_idx ON letter_episodes (episode_id);

-- The outbox: one letter to one mailbox.
CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    letter_id TEXT NOT NULL REFERENCES letters (id),
    unit_id TEXT NOT NULL REFERENCES units (id),
    role TEXT NOT NULL,                                             -- to, cc
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    message_id TEXT NOT NULL CONSTRAINT deliveries_message_id_key UNIQUE,
    state TEXT NOT NULL,                                            -- pending, sending, accepted, failed
    attempts INTEGER NOT NULL,
    uncertain INTEGER NOT NULL,                                     -- attempts whose outcome is unknown
    next_attempt_at TEXT NOT NULL,
    lease_until TEXT,
    lease_holder TEXT,
    accepted_at TEXT,
    last_reply TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    CONSTRAINT deliveries_mailbox_key UNIQUE (letter_id, email)
) STRICT;
CREATE INDEX deliveries_due_idx ON deliveries (state, next_attempt_at);

-- Written before DATA (intent) and finished after the reply (outcome).
CREATE TABLE delivery_attempts (
    id TEXT PRIMARY KEY,
    delivery_id TEXT NOT NULL REFERENCES deliveries (id),
    number INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    outcome TEXT NOT NULL,                                          -- begun, accepted, transient, permanent, uncertain
    reply TEXT,
    CONSTRAINT delivery_attempts_number_key UNIQUE (delivery_id, number)
) STRICT;
