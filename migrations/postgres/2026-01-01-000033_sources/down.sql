ALTER TABLE measures DROP COLUMN sources;
