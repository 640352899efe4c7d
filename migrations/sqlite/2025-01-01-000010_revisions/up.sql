-- What was in force before a change, so that any past day is judged as it was judged then; never changed.
CREATE TABLE revisions (
    id TEXT PRIMARY KEY,
    subject TEXT NOT NULL,                                          -- indicator, campaign, measure
    subject_id TEXT NOT NULL,
    revision INTEGER NOT NULL,                                      -- of the row that was replaced
    state TEXT NOT NULL,                                            -- JSON: what it said
    superseded_on TEXT NOT NULL,                                    -- the first day it no longer held
    reason TEXT,                                                    -- why it was replaced
    recorded_at TEXT NOT NULL,
    CONSTRAINT revisions_number_key UNIQUE (subject, subject_id, revision)
) STRICT;
CREATE INDEX revisions_superseded_idx ON revisions (subject, superseded_on);

-- A person's verdict on what has no number; a change of mind is another row.
CREATE TABLE person_verdicts (
    id TEXT PRIMARY KEY,
    indicator_id TEXT NOT NULL REFERENCES indicators (id),
    grade TEXT NOT NULL,
    given_on TEXT NOT NULL,
    evidence TEXT NOT NULL,
    person TEXT NOT NULL,
    recorded_at TEXT NOT NULL
) STRICT;
CREATE INDEX person_verdicts_indicator_idx ON person_verdicts (indicator_id, given_on);

-- Whether a dated node of a milestone is done; a later report of the same node counts.
CREATE TABLE node_reports (
    id TEXT PRIMARY KEY,
    indicator_id TEXT NOT NULL REFERENCES indicators (id),
    node_on TEXT NOT NULL,
    done INTEGER NOT NULL,
    reported_on TEXT NOT NULL,
    evidence TEXT NOT NULL,
    person TEXT NOT NULL,
    recorded_at TEXT NOT NULL
) STRICT;
CREATE INDEX node_reports_indicator_idx ON node_reports (indicator_id, reported_on);

-- The curve of a campaign's indicators of one kind that name none of their own.
CREATE TABLE campaign_curves (
    campaign_id TEXT NOT NULL REFERENCES campaigns (id),
    kind TEXT NOT NULL,
    curve TEXT NOT NULL,                                            -- JSON
    PRIMARY KEY (campaign_id, kind)
) STRICT;

-- A difference as somebody stated it; held against the stated values, never used in their place.
CREATE TABLE stated_differences (
    id TEXT PRIMARY KEY,
    series_id INTEGER NOT NULL REFERENCES series (id),
    period_start TEXT NOT NULL,
    period_end TEXT NOT NULL,
    figure TEXT NOT NULL,
    against TEXT NOT NULL,
    difference TEXT NOT NULL,
    source TEXT NOT NULL,
    published_on TEXT NOT NULL,
    recorded_at TEXT NOT NULL
) STRICT;
CREATE INDEX stated_differences_series_idx ON stated_differences (series_id, period_end);
