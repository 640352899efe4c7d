-- Who must act is told by a mail of a few lines (通知), which has no number and is no document. What it says is fixed when it is queued, in
-- the transaction of its cause; what can wait is held until one mail a morning gathers it. A reply that is returned has a new last day,
-- which is the letter's from then on; the review keeps the one before, so that days gone by stay as they were.
ALTER TABLE reviews ADD COLUMN reply_by date;        -- last day for the next reply; NULL: the letter's stayed, as before there were others
ALTER TABLE reviews ADD COLUMN former_reply_by date; -- the letter's last day until then; NULL: it stayed

CREATE TABLE notices (
    id uuid PRIMARY KEY,
    kind text NOT NULL,                                             -- reply_returned, reply_accepted, letter_closed, digest
    letter_id uuid REFERENCES letters (id),                         -- about which letter; NULL: a digest, which is about several
    reply_id uuid REFERENCES replies (id),                          -- about which reply to it
    unit_id uuid REFERENCES units (id),                             -- whose mailbox; NULL: that of a campaign's contact
    name text NOT NULL,
    email text NOT NULL,
    message_id text NOT NULL CONSTRAINT notices_message_id_key UNIQUE,
    trial boolean NOT NULL,                                         -- of a pilot
    issuer text NOT NULL,                                           -- in whose name it is sent
    subject text NOT NULL,
    body_text text NOT NULL,
    body_html text NOT NULL,
    digest_id uuid REFERENCES notices (id),                         -- the mail that gathered it; NULL: none, or none yet
    digest_on date,                                                 -- of a digest: its morning
    state text NOT NULL,                                            -- held, gathered, pending, sending, accepted, failed, bounced
    attempts integer NOT NULL,
    uncertain integer NOT NULL,                                     -- attempts whose outcome is unknown
    begun_at timestamp,                                             -- an attempt whose outcome is not written yet
    next_attempt_at timestamp NOT NULL,
    paced_at timestamp,                                             -- the time it was given in its domain's pace
    lease_until timestamp,
    lease_holder text,
    accepted_at timestamp,
    last_reply text,
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL
);
CREATE INDEX notices_due_idx ON notices (state, next_attempt_at);
CREATE INDEX notices_letter_idx ON notices (letter_id);
-- One digest a morning for each mailbox, whoever makes it.
CREATE UNIQUE INDEX notices_digest_key ON notices (email, digest_on);
