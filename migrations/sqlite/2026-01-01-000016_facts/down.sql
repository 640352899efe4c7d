ALTER TABLE observations DROP COLUMN doubts;
ALTER TABLE observations DROP COLUMN partial;
ALTER TABLE observations DROP COLUMN of;
