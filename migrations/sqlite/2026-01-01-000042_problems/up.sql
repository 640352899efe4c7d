-- 问题台账: problems that a unit has to put right, opened from an episode or by hand, each with all that was done about it. Nothing was
-- kept of them before.
CREATE TABLE problems (
    id TEXT PRIMARY KEY NOT NULL,
    title TEXT NOT NULL,
    detail TEXT,
    source TEXT NOT NULL,                                            -- warning, inspection, audit, circular, petition, self_check, other
    level TEXT NOT NULL,                                             -- at which it is to be solved: province, municipal, county
    unit_id TEXT NOT NULL REFERENCES units (id),                     -- leads
    campaign_id TEXT REFERENCES campaigns (id),                      -- NULL: of none
    task_id TEXT REFERENCES tasks (id),
    indicator_id TEXT REFERENCES indicators (id),                    -- NULL: no figure tells how it stands
    episode_id TEXT REFERENCES episodes (id),                        -- NULL: opened by hand
    found_on TEXT NOT NULL,
    due_on TEXT NOT NULL,                                            -- the last day for putting it right
    state TEXT NOT NULL,                                             -- open, assigned, in_progress, applied, returned, closed, withdrawn
    repeats INTEGER NOT NULL,                                        -- how often it came back: 0 at first
    created_at TEXT NOT NULL,
    revision INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    changed_in INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX problems_episode_key ON problems (episode_id) WHERE state NOT IN ('closed', 'withdrawn');
CREATE INDEX problems_due_idx ON problems (due_on, id);
CREATE INDEX problems_unit_idx ON problems (unit_id);
CREATE INDEX problems_indicator_idx ON problems (indicator_id);
CREATE INDEX problems_changed_idx ON problems (changed_in, id);
CREATE TRIGGER problems_made AFTER INSERT ON problems BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE problems SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER problems_changed AFTER UPDATE ON problems WHEN NEW.changed_in = OLD.changed_in BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE problems SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;

-- Units that support.
CREATE TABLE problem_supports (
    problem_id TEXT NOT NULL REFERENCES problems (id),
    unit_id TEXT NOT NULL REFERENCES units (id),
    CONSTRAINT problem_supports_pkey PRIMARY KEY (problem_id, unit_id)
) STRICT;
CREATE INDEX problem_supports_unit_idx ON problem_supports (unit_id);

-- What was done about a problem, and how it stood from then on; rows are added and say no more than until when they held.
CREATE TABLE problem_entries (
    id TEXT PRIMARY KEY NOT NULL,
    problem_id TEXT NOT NULL REFERENCES problems (id),
    ordinal INTEGER NOT NULL,                                        -- from 1 within the problem
    kind TEXT NOT NULL,                                              -- opened, changed, assigned, measure, progress, applied, returned, closed, reopened, withdrawn
    state TEXT NOT NULL,                                             -- of the problem from then on, as the four that follow
    unit_id TEXT NOT NULL REFERENCES units (id),
    due_on TEXT NOT NULL,
    repeats INTEGER NOT NULL,
    person TEXT,                                                     -- who did it, as stated; NULL: not said
    phone TEXT,
    text TEXT,
    cause TEXT,                                                      -- of a measure: why it came to this
    evidence TEXT,                                                   -- of an application: what shows that it is put right
    api_key_id TEXT REFERENCES api_keys (id),                        -- NULL: by no key
    created_at TEXT NOT NULL,
    superseded_at TEXT,                                              -- when the next one was written; NULL: the last one
    CONSTRAINT problem_entries_ordinal_key UNIQUE (problem_id, ordinal)
) STRICT;
