-- What a unit, a task, a measure or a campaign was called until a day. Rows are added, never changed; of names from before this step
-- nothing is known.
CREATE TABLE former_names (
    id bigserial PRIMARY KEY,
    owner_id uuid NOT NULL,                                          -- of any of the four kinds; ids are unique over all
    name text NOT NULL,
    superseded_on date NOT NULL,                                     -- the first day that no longer holds
    reason text,
    recorded_at timestamp NOT NULL
);
CREATE INDEX former_names_owner_idx ON former_names (owner_id, id);
