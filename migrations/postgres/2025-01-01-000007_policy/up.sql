-- How a letter came about: what it follows, which step of that letter's ladder it is, who signed or discarded it.
ALTER TABLE letters ADD COLUMN follows_id uuid;
ALTER TABLE letters ADD COLUMN ladder_step integer;                 -- 1 reminder, 2 next level and leader, 3 parent unit
ALTER TABLE letters ADD COLUMN decided_by text;                     -- NULL: issued automatically
ALTER TABLE letters ADD COLUMN decided_at timestamp;
ALTER TABLE letters ADD COLUMN decision_note text;
-- Each step of a ladder once, whoever races.
CREATE UNIQUE INDEX letters_ladder_key ON letters (follows_id, ladder_step) WHERE ladder_step IS NOT NULL;
-- One draft waits for each unit, campaign and kind: newer facts replace it.
CREATE UNIQUE INDEX letters_draft_key ON letters (campaign_id, unit_id, kind)
    WHERE state = 'draft' AND ladder_step IS NULL AND kind <> 'lifting';
CREATE INDEX letters_state_idx ON letters (state, reply_by);
CREATE INDEX letters_follows_idx ON letters (follows_id);

-- The last letter about it; the periods it has been green in a row since it recovered (观察期).
ALTER TABLE episodes ADD COLUMN letter_id uuid;
ALTER TABLE episodes ADD COLUMN observing_since date;
ALTER TABLE episodes ADD COLUMN observed_periods integer NOT NULL DEFAULT 0;
ALTER TABLE episodes ADD COLUMN observed_period_end date;
UPDATE episodes SET letter_id = (
    SELECT l.id FROM letter_episodes e JOIN letters l ON l.id = e.letter_id
    WHERE e.episode_id = episodes.id ORDER BY l.year DESC, l.serial DESC LIMIT 1);

-- What the letter says of the episode.
ALTER TABLE letter_episodes ADD COLUMN level text;
ALTER TABLE letter_episodes ADD COLUMN period_end date;

-- The reports a 催报函 asks for; for each missed one there is one first letter.
CREATE TABLE letter_reports (
    letter_id uuid NOT NULL REFERENCES letters (id),
    indicator_id uuid NOT NULL REFERENCES indicators (id),
    period_end date NOT NULL,
    ordinal integer NOT NULL,
    repeated boolean NOT NULL,
    PRIMARY KEY (letter_id, indicator_id)
);
CREATE UNIQUE INDEX letter_reports_first_key ON letter_reports (indicator_id, period_end) WHERE NOT repeated;

-- What gets no letter for a while; at least one of the three is said, and all said must fit.
CREATE TABLE silences (
    id uuid PRIMARY KEY,
    campaign_id uuid REFERENCES campaigns (id),
    indicator_id uuid REFERENCES indicators (id),
    unit_id uuid REFERENCES units (id),
    reason text NOT NULL,
    owner text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    ended_at timestamp,                                            -- ended early
    ended_by text,
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL
);
CREATE INDEX silences_ends_idx ON silences (ends_on);

ALTER TABLE warning_runs ADD COLUMN started_by text;                -- name of the caller's key; NULL: the schedule
