ALTER TABLE api_keys DROP COLUMN stage;
ALTER TABLE observations DROP COLUMN vouched_by;
ALTER TABLE observations DROP COLUMN stage;
ALTER TABLE measures DROP COLUMN stages;
