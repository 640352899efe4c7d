-- What other systems call what they own here: a unit, a contact, a measure, a campaign, a task or an indicator. Nothing had such an id.
CREATE TABLE external_ids (
    part text NOT NULL,                                              -- unit, contact, measure, campaign, task, indicator
    external_id text NOT NULL,
    owner_id uuid NOT NULL,                                          -- of any of these kinds; ids are unique over all
    CONSTRAINT external_ids_pkey PRIMARY KEY (part, external_id),
    CONSTRAINT external_ids_owner_key UNIQUE (owner_id)
);
