-- What a letter is sent with, made once when it is issued: the document (DOCX) and the pictures of its HTML.
CREATE TABLE letter_files (
    letter_id TEXT NOT NULL REFERENCES letters (id),
    name TEXT NOT NULL,                                             -- as the reader sees it; of a picture, its Content-ID
    media_type TEXT NOT NULL,
    bytes BLOB NOT NULL,
    sha256 TEXT NOT NULL,                                           -- of the bytes, hexadecimal
    created_at TEXT NOT NULL,
    PRIMARY KEY (letter_id, name)
) STRICT;

-- What a person must look at: opened by whoever finds it, closed when it is no longer so.
CREATE TABLE problems (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject_kind TEXT NOT NULL,                                     -- delivery, letter, episode, indicator, calendar, …
    subject_id TEXT NOT NULL,                                       -- id of a row, or what names the subject (a year)
    detail TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    closed_at TEXT,
    updated_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX problems_open_key ON problems (kind, subject_kind, subject_id) WHERE closed_at IS NULL;

-- When the next letter to a mail domain may go out; one row for all replicas.
CREATE TABLE mail_pace (
    domain TEXT PRIMARY KEY,
    free_at TEXT NOT NULL
) STRICT;

-- The time a delivery was given in its domain's pace; taken back when it is tried.
ALTER TABLE deliveries ADD COLUMN paced_at TEXT;
