-- The campaign of the year before, which this one was carried over from.
ALTER TABLE campaigns ADD COLUMN continues_id TEXT;
