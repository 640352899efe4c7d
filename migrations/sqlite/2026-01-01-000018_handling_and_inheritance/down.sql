ALTER TABLE campaigns DROP COLUMN inherits;
ALTER TABLE episodes DROP COLUMN handling;
