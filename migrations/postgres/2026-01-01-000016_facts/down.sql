ALTER TABLE observations DROP COLUMN of, DROP COLUMN partial, DROP COLUMN doubts;
