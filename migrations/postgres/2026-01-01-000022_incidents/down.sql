DROP INDEX incidents_open_key;
ALTER INDEX incidents_pkey RENAME TO problems_pkey;
ALTER TABLE incidents RENAME TO problems;
CREATE UNIQUE INDEX problems_open_key ON problems (kind, subject_kind, subject_id) WHERE closed_at IS NULL;
