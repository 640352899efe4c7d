-- What a letter is sent with, made once when it is issued: the document (DOCX) and the pictures of its HTML.
CREATE TABLE letter_files (
    letter_id uuid NOT NULL REFERENCES letters (id),
    name text NOT NULL,                                             -- as the reader sees it; of a picture, its Content-ID
    media_type text NOT NULL,
    bytes bytea NOT NULL,
    sha256 text NOT NULL,                                           -- of the bytes, hexadecimal
    created_at timestamp NOT NULL,
    PRIMARY KEY (letter_id, name)
);

-- What a person must look at: opened by whoever finds it, closed when it is no longer so.
CREATE TABLE problems (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    subject_kind text NOT NULL,                                     -- delivery, letter, episode, indicator, calendar, …
    subject_id text NOT NULL,                                       -- id of a row, or what names the subject (a year)
    detail text NOT NULL,
    opened_at timestamp NOT NULL,
    closed_at timestamp,
    updated_at timestamp NOT NULL
);
CREATE UNIQUE INDEX problems_open_key ON problems (kind, subject_kind, subject_id) WHERE closed_at IS NULL;

-- When the next letter to a mail domain may go out; one row for all replicas.
CREATE TABLE mail_pace (
    domain text PRIMARY KEY,
    free_at timestamp NOT NULL
);

-- The time a delivery was given in its domain's pace; taken back when it is tried.
ALTER TABLE deliveries ADD COLUMN paced_at timestamp;
