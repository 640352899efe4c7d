DROP TABLE handovers;
ALTER TABLE units DROP COLUMN merged_into_id;
DROP TABLE unit_aliases;
