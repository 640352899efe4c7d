-- What the watchdog finds is an incident: 问题 belongs to the ledger.
ALTER TABLE problems RENAME TO incidents;
ALTER INDEX problems_pkey RENAME TO incidents_pkey;
DROP INDEX problems_open_key;
CREATE UNIQUE INDEX incidents_open_key ON incidents (kind, subject_kind, subject_id) WHERE closed_at IS NULL;
