-- What was in force before a change, so that any past day is judged as it was judged then; never changed.
CREATE TABLE revisions (
    id uuid PRIMARY KEY,
    subject text NOT NULL,                                          -- indicator, campaign, measure
    subject_id uuid NOT NULL,
    revision integer NOT NULL,                                      -- of the row that was replaced
    state text NOT NULL,                                            -- JSON: what it said
    superseded_on date NOT NULL,                                    -- the first day it no longer held
    reason text,                                                    -- why it was replaced
    recorded_at timestamp NOT NULL,
    CONSTRAINT revisions_number_key UNIQUE (subject, subject_id, revision)
);
CREATE INDEX revisions_superseded_idx ON revisions (subject, superseded_on);

-- A person's verdict on what has no number; a change of mind is another row.
CREATE TABLE person_verdicts (
    id uuid PRIMARY KEY,
    indicator_id uuid NOT NULL REFERENCES indicators (id),
    grade text NOT NULL,
    given_on date NOT NULL,
    evidence text NOT NULL,
    person text NOT NULL,
    recorded_at timestamp NOT NULL
);
CREATE INDEX person_verdicts_indicator_idx ON person_verdicts (indicator_id, given_on);

-- Whether a dated node of a milestone is done; a later report of the same node counts.
CREATE TABLE node_reports (
    id uuid PRIMARY KEY,
    indicator_id uuid NOT NULL REFERENCES indicators (id),
    node_on date NOT NULL,
    done boolean NOT NULL,
    reported_on date NOT NULL,
    evidence text NOT NULL,
    person text NOT NULL,
    recorded_at timestamp NOT NULL
);
CREATE INDEX node_reports_indicator_idx ON node_reports (indicator_id, reported_on);

-- The curve of a campaign's indicators of one kind that name none of their own.
CREATE TABLE campaign_curves (
    campaign_id uuid NOT NULL REFERENCES campaigns (id),
    kind text NOT NULL,
    curve text NOT NULL,                                            -- JSON
    PRIMARY KEY (campaign_id, kind)
);

-- A difference as somebody stated it; held against the stated values, never used in their place.
CREATE TABLE stated_differences (
    id uuid PRIMARY KEY,
    series_id bigint NOT NULL REFERENCES series (id),
    period_start date NOT NULL,
    period_end date NOT NULL,
    figure text NOT NULL,
    against text NOT NULL,
    difference numeric NOT NULL,
    source text NOT NULL,
    published_on date NOT NULL,
    recorded_at timestamp NOT NULL
);
CREATE INDEX stated_differences_series_idx ON stated_differences (series_id, period_end);
