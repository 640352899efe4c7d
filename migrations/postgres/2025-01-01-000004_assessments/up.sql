-- Every verdict that differed from the one before it; never changed.
CREATE TABLE assessments (
    id uuid PRIMARY KEY,
    indicator_id uuid NOT NULL REFERENCES indicators (id),
    as_of date NOT NULL,
    grade text NOT NULL,
    data_start date,
    data_end date,
    actual numeric,
    expected numeric,
    gap numeric,
    gap_points numeric,
    completion numeric,
    due_fraction numeric,
    needed_per_month numeric,
    needed_growth numeric,
    rule text,
    rule_pack_id uuid NOT NULL REFERENCES rule_packs (id),
    recorded_at timestamp NOT NULL
);
CREATE INDEX assessments_indicator_idx ON assessments (indicator_id, as_of);
