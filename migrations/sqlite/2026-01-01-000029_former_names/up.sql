-- What a unit, a task, a measure or a campaign was called until a day. Rows are added, never changed; of names from before this step
-- nothing is known.
CREATE TABLE former_names (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    owner_id TEXT NOT NULL,                                          -- of any of the four kinds; ids are unique over all
    name TEXT NOT NULL,
    superseded_on TEXT NOT NULL,                                     -- the first day that no longer holds
    reason TEXT,
    recorded_at TEXT NOT NULL
) STRICT;
CREATE INDEX former_names_owner_idx ON former_names (owner_id, id);
