-- A letter that was taken back (撤函) or put right (更正函) by a later one, with those that its ladder had brought. Rows are added,
-- never changed. No letter from before was taken back.
CREATE TABLE withdrawals (
    letter_id TEXT PRIMARY KEY NOT NULL REFERENCES letters (id),
    by_letter_id TEXT NOT NULL REFERENCES letters (id),              -- the letter that says so
    reason TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX withdrawals_by_letter_idx ON withdrawals (by_letter_id);
