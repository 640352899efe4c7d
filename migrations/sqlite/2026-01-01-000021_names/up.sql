-- Names in the form they are compared in (NFKC, single blanks, nothing unseen): what looks the same is one thing. No
-- database makes this form, so that those of older rows are put in at the start of the service.
CREATE TABLE name_keys (
    kind TEXT NOT NULL,                                             -- unit, measure, campaign, campaign_doc, task, region
    scope TEXT NOT NULL,                                            -- what names are unique in; the owner itself where they need not be
    name_key TEXT NOT NULL,
    owner TEXT NOT NULL,                                            -- id of the row
    CONSTRAINT name_keys_pkey PRIMARY KEY (kind, scope, name_key)
) STRICT;
CREATE INDEX name_keys_key_idx ON name_keys (kind, name_key);
CREATE INDEX name_keys_owner_idx ON name_keys (owner);

-- How often the same was found while a problem was open.
ALTER TABLE problems ADD COLUMN repeats INTEGER NOT NULL DEFAULT 1;
