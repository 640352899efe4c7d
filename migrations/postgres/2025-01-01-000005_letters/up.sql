CREATE TABLE episodes (
    id uuid PRIMARY KEY,
    indicator_id uuid NOT NULL REFERENCES indicators (id),
    campaign_id uuid NOT NULL REFERENCES campaigns (id),
    unit_id uuid REFERENCES units (id),
    state text NOT NULL,                                            -- open, lifted
    grade text NOT NULL,
    level text NOT NULL,
    opened_on date NOT NULL,
    opened_period_end date,
    lifted_on date,
    lettered_level text,                                            -- of the last letter about it
    lettered_period_end date,
    created_at timestamp NOT NULL,
    revision integer NOT NULL,
    updated_at timestamp NOT NULL
);
CREATE UNIQUE INDEX episodes_open_key ON episodes (indicator_id) WHERE state <> 'lifted';
CREATE INDEX episodes_campaign_idx ON episodes (campaign_id, state);

-- The last number given out, by issuer mark and year; advanced in the transaction that issues.
CREATE TABLE letter_serials (
    mark text NOT NULL,
    year integer NOT NULL,
    last_serial integer NOT NULL,
    PRIMARY KEY (mark, year)
);

-- Immutable once issued: facts and all renderings are frozen here.
CREATE TABLE letters (
    id uuid PRIMARY KEY,
    mark text NOT NULL,
    year integer NOT NULL,
    serial integer,                                                 -- NULL while a draft
    kind text NOT NULL,
    level text,
    state text NOT NULL,                                            -- draft, issued
    campaign_id uuid NOT NULL REFERENCES campaigns (id),
    unit_id uuid NOT NULL REFERENCES units (id),
    as_of date NOT NULL,
    issued_on date,
    reply_by date,
    facts text NOT NULL,                                            -- JSON
    subject text NOT NULL,
    body_text text NOT NULL,
    body_html text NOT NULL,
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL,
    CONSTRAINT letters_number_key UNIQUE (mark, year, serial)
);
CREATE INDEX letters_unit_idx ON letters (unit_id);
CREATE INDEX letters_campaign_idx ON letters (campaign_id);

CREATE TABLE letter_episodes (
    letter_id uuid NOT NULL REFERENCES letters (id),
    episode_id uuid NOT NULL REFERENCES episodes (id),
    ordinal integer NOT NULL,
    PRIMARY KEY (letter_id, episode_id)
);
CREATE INDEX letter_episodes_episode_idx ON letter_episodes (episode_id);

-- The outbox: one letter to one mailbox.
CREATE TABLE deliveries (
    id uuid PRIMARY KEY,
    letter_id uuid NOT NULL REFERENCES letters (id),
    unit_id uuid NOT NULL REFERENCES units (id),
    role text NOT NULL,                                             -- to, cc
    name text NOT NULL,
    email text NOT NULL,
    message_id text NOT NULL CONSTRAINT deliveries_message_id_key UNIQUE,
    state text NOT NULL,                                            -- pending, sending, accepted, failed
    attempts integer NOT NULL,
    uncertain integer NOT NULL,                                     -- attempts whose outcome is unknown
    next_attempt_at timestamp NOT NULL,
    lease_until timestamp,
    lease_holder text,
    accepted_at timestamp,
    last_reply text,
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL,
    CONSTRAINT deliveries_mailbox_key UNIQUE (letter_id, email)
);
CREATE INDEX deliveries_due_idx ON deliveries (state, next_attempt_at);

-- Written before DATA (intent) and finished after the reply (outcome).
CREATE TABLE delivery_attempts (
    id uuid PRIMARY KEY,
    delivery_id uuid NOT NULL REFERENCES deliveries (id),
    number integer NOT NULL,
    started_at timestamp NOT NULL,
    finished_at timestamp,
    outcome text NOT NULL,                                          -- begun, accepted, transient, permanent, uncertain
    reply text,
    CONSTRAINT delivery_attempts_number_key UNIQUE (delivery_id, number)
);
