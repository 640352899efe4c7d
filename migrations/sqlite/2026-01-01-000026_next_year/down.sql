ALTER TABLE campaigns DROP COLUMN continues_id;
