-- Marks: what rests on this series, or this indicator, is to be judged again. Made in the transaction of what was changed,
-- gone when the assessments are written. Rows of a queue: no references, so that a bulk of facts costs little more.
CREATE TABLE reassessments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    series_id INTEGER,
    indicator_id TEXT,
    marked_at TEXT NOT NULL,
    claimed_until TEXT,                                             -- a replica works on it until then
    CONSTRAINT reassessments_one_subject CHECK ((series_id IS NULL) <> (indicator_id IS NULL))
) STRICT;
