DROP TABLE audit_events;
DROP TABLE closures;
DROP TABLE reviews;
DROP TABLE reply_files;
DROP TABLE remedies;
DROP TABLE replies;
DROP TABLE receipts;
ALTER TABLE api_keys DROP COLUMN unit_id;
DROP TABLE secrets;
