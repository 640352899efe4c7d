-- Documents that came in (来文), each as it was handed in and what became of it. What is read out of one is read again each time;
-- nothing of it counts before a person adopts it.
CREATE TABLE documents (
    id TEXT PRIMARY KEY NOT NULL,
    file_name TEXT NOT NULL,
    kind TEXT NOT NULL,                                            -- plan, report
    title TEXT,                                                    -- as the document has it
    region_id TEXT NOT NULL REFERENCES regions (id),               -- what it is about where it says no other
    size INTEGER NOT NULL,                                         -- bytes
    sha256 TEXT NOT NULL,
    content BLOB,                                                  -- NULL once it was kept for long enough
    pages TEXT,                                                    -- of a PDF: its text, pages parted by form feeds
    received_at TEXT NOT NULL,
    received_by TEXT REFERENCES api_keys (id),                     -- NULL: by no key
    adopted_at TEXT,                                               -- the first time
    adopted_by TEXT REFERENCES api_keys (id),
    retired_on TEXT,
    retired_reason TEXT,
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX documents_received_idx ON documents (received_at);
