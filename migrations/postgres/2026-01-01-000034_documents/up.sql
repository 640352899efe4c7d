-- Documents that came in (来文), each as it was handed in and what became of it. What is read out of one is read again each time;
-- nothing of it counts before a person adopts it.
CREATE TABLE documents (
    id uuid PRIMARY KEY,
    file_name text NOT NULL,
    kind text NOT NULL,                                            -- plan, report
    title text,                                                    -- as the document has it
    region_id uuid NOT NULL REFERENCES regions (id),               -- what it is about where it says no other
    size integer NOT NULL,                                         -- bytes
    sha256 text NOT NULL,
    content bytea,                                                 -- NULL once it was kept for long enough
    pages text,                                                    -- of a PDF: its text, pages parted by form feeds
    received_at timestamp NOT NULL,
    received_by uuid REFERENCES api_keys (id),                     -- NULL: by no key
    adopted_at timestamp,                                          -- the first time
    adopted_by uuid REFERENCES api_keys (id),
    retired_on date,
    retired_reason text,
    updated_at timestamp NOT NULL
);
CREATE INDEX documents_received_idx ON documents (received_at);
