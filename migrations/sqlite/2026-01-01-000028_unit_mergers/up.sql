-- Other names of a unit (市发改委, 发展和改革委员会), names it had before among them. No unit had one.
CREATE TABLE unit_aliases (
    unit_id TEXT NOT NULL REFERENCES units (id),
    name TEXT NOT NULL,
    CONSTRAINT unit_aliases_pkey PRIMARY KEY (unit_id, name)
) STRICT;

-- The unit that took over what this one did; NULL while it was merged into none.
ALTER TABLE units ADD COLUMN merged_into_id TEXT REFERENCES units (id);

-- In which task an indicator stood and who led it until a day. Rows are added, never changed; of changes from before this step
-- nothing is known.
CREATE TABLE handovers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    indicator_id TEXT NOT NULL REFERENCES indicators (id),
    task_id TEXT NOT NULL REFERENCES tasks (id),
    lead_unit_id TEXT REFERENCES units (id),                          -- NULL: nobody
    superseded_on TEXT NOT NULL,                                     -- the first day that no longer holds
    reason TEXT,
    recorded_at TEXT NOT NULL
) STRICT;
CREATE INDEX handovers_indicator_idx ON handovers (indicator_id, superseded_on);
