-- Every verdict that differed from the one before it; never changed.
CREATE TABLE assessments (
    id TEXT PRIMARY KEY,
    indicator_id TEXT NOT NULL REFERENCES indicators (id),
    as_of TEXT NOT NULL,
    grade TEXT NOT NULL,
    data_start TEXT,
    data_end TEXT,
    actual TEXT,
    expected TEXT,
    gap TEXT,
    gap_points TEXT,
    completion TEXT,
    due_fraction TEXT,
    needed_per_month TEXT,
    needed_growth TEXT,
    rule TEXT,
    rule_pack_id TEXT NOT NULL REFERENCES rule_packs (id),
    recorded_at TEXT NOT NULL
) STRICT;
CREATE INDEX assessments_indicator_idx ON assessments (indicator_id, as_of);
