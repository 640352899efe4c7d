-- Other names of a unit (市发改委, 发展和改革委员会), names it had before among them. No unit had one.
CREATE TABLE unit_aliases (
    unit_id uuid NOT NULL REFERENCES units (id),
    name text NOT NULL,
    CONSTRAINT unit_aliases_pkey PRIMARY KEY (unit_id, name)
);

-- The unit that took over what this one did; NULL while it was merged into none.
ALTER TABLE units ADD COLUMN merged_into_id uuid REFERENCES units (id);

-- In which task an indicator stood and who led it until a day. Rows are added, never changed; of changes from before this step
-- nothing is known.
CREATE TABLE handovers (
    id bigserial PRIMARY KEY,
    indicator_id uuid NOT NULL REFERENCES indicators (id),
    task_id uuid NOT NULL REFERENCES tasks (id),
    lead_unit_id uuid REFERENCES units (id),                          -- NULL: nobody
    superseded_on date NOT NULL,                                     -- the first day that no longer holds
    reason text,
    recorded_at timestamp NOT NULL
);
CREATE INDEX handovers_indicator_idx ON handovers (indicator_id, superseded_on);
