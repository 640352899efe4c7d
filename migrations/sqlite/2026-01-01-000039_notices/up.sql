-- Who must act is told by a mail of a few lines (通知), which has no number and is no document. What it says is fixed when it is queued, in
-- the transaction of its cause; what can wait is held until one mail a morning gathers it. A reply that is returned has a new last day,
-- which is the letter's from then on; the review keeps the one before, so that days gone by stay as they were.
ALTER TABLE reviews ADD COLUMN reply_by TEXT;        -- last day for the next reply; NULL: the letter's stayed, as before there were others
ALTER TABLE reviews ADD COLUMN former_reply_by TEXT; -- the letter's last day until then; NULL: it stayed

CREATE TABLE notices (
    id TEXT PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,                                             -- reply_returned, reply_accepted, letter_closed, digest
    letter_id TEXT REFERENCES letters (id),                         -- about which letter; NULL: a digest, which is about several
    reply_id TEXT REFERENCES replies (id),                          -- about which reply to it
    unit_id TEXT REFERENCES units (id),                             -- whose mailbox; NULL: that of a campaign's contact
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    message_id TEXT NOT NULL CONSTRAINT notices_message_id_key UNIQUE,
    trial INTEGER NOT NULL,                                         -- of a pilot
    issuer TEXT NOT NULL,                                           -- in whose name it is sent
    subject TEXT NOT NULL,
    body_text TEXT NOT NULL,
    body_html TEXT NOT NULL,
    digest_id TEXT REFERENCES notices (id),                         -- the mail that gathered it; NULL: none, or none yet
    digest_on TEXT,                                                 -- of a digest: its morning
    state TEXT NOT NULL,                                            -- held, gathered, pending, sending, accepted, failed, bounced
    attempts INTEGER NOT NULL,
    uncertain INTEGER NOT NULL,                                     -- attempts whose outcome is unknown
    begun_at TEXT,                                             -- an attempt whose outcome is not written yet
    next_attempt_at TEXT NOT NULL,
    paced_at TEXT,                                                  -- the time it was given in its domain's pace
    lease_until TEXT,
    lease_holder TEXT,
    accepted_at TEXT,
    last_reply TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX notices_due_idx ON notices (state, next_attempt_at);
CREATE INDEX notices_letter_idx ON notices (letter_id);
-- One digest a morning for each mailbox, whoever makes it.
CREATE UNIQUE INDEX notices_digest_key ON notices (email, digest_on);
