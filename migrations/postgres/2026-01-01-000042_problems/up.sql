-- 问题台账: problems that a unit has to put right, opened from an episode or by hand, each with all that was done about it. Nothing was
-- kept of them before.
CREATE TABLE problems (
    id uuid PRIMARY KEY,
    title text NOT NULL,
    detail text,
    source text NOT NULL,                                            -- warning, inspection, audit, circular, petition, self_check, other
    level text NOT NULL,                                             -- at which it is to be solved: province, municipal, county
    unit_id uuid NOT NULL REFERENCES units (id),                     -- leads
    campaign_id uuid REFERENCES campaigns (id),                      -- NULL: of none
    task_id uuid REFERENCES tasks (id),
    indicator_id uuid REFERENCES indicators (id),                    -- NULL: no figure tells how it stands
    episode_id uuid REFERENCES episodes (id),                        -- NULL: opened by hand
    found_on date NOT NULL,
    due_on date NOT NULL,                                            -- the last day for putting it right
    state text NOT NULL,                                             -- open, assigned, in_progress, applied, returned, closed, withdrawn
    repeats integer NOT NULL,                                        -- how often it came back: 0 at first
    created_at timestamp NOT NULL,
    revision integer NOT NULL,
    updated_at timestamp NOT NULL,
    changed_in bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint
);
CREATE UNIQUE INDEX problems_episode_key ON problems (episode_id) WHERE state NOT IN ('closed', 'withdrawn');
CREATE INDEX problems_due_idx ON problems (due_on, id);
CREATE INDEX problems_unit_idx ON problems (unit_id);
CREATE INDEX problems_indicator_idx ON problems (indicator_id);
CREATE INDEX problems_changed_idx ON problems (changed_in, id);
CREATE TRIGGER problems_changed BEFORE UPDATE ON problems FOR EACH ROW EXECUTE FUNCTION xushi_changed();

-- Units that support.
CREATE TABLE problem_supports (
    problem_id uuid NOT NULL REFERENCES problems (id),
    unit_id uuid NOT NULL REFERENCES units (id),
    CONSTRAINT problem_supports_pkey PRIMARY KEY (problem_id, unit_id)
);
CREATE INDEX problem_supports_unit_idx ON problem_supports (unit_id);

-- What was done about a problem, and how it stood from then on; rows are added and say no more than until when they held.
CREATE TABLE problem_entries (
    id uuid PRIMARY KEY,
    problem_id uuid NOT NULL REFERENCES problems (id),
    ordinal integer NOT NULL,                                        -- from 1 within the problem
    kind text NOT NULL,                                              -- opened, changed, assigned, measure, progress, applied, returned, closed, reopened, withdrawn
    state text NOT NULL,                                             -- of the problem from then on, as the four that follow
    unit_id uuid NOT NULL REFERENCES units (id),
    due_on date NOT NULL,
    repeats integer NOT NULL,
    person text,                                                     -- who did it, as stated; NULL: not said
    phone text,
    text text,
    cause text,                                                      -- of a measure: why it came to this
    evidence text,                                                   -- of an application: what shows that it is put right
    api_key_id uuid REFERENCES api_keys (id),                        -- NULL: by no key
    created_at timestamp NOT NULL,
    superseded_at timestamp,                                         -- when the next one was written; NULL: the last one
    CONSTRAINT problem_entries_ordinal_key UNIQUE (problem_id, ordinal)
);
