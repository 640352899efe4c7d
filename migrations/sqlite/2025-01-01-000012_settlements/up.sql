-- A letter that has nothing left to answer: a later letter has taken up what it asked, or it is over. Rows are added,
-- never changed.
CREATE TABLE settlements (
    letter_id TEXT PRIMARY KEY NOT NULL REFERENCES letters (id),
    successor_id TEXT REFERENCES letters (id),                      -- the letter to be answered instead
    created_at TEXT NOT NULL
) STRICT;
