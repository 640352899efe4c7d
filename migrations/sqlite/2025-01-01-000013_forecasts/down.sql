ALTER TABLE assessments DROP COLUMN p_miss;
ALTER TABLE assessments DROP COLUMN forecast;
ALTER TABLE indicators DROP COLUMN p_miss;
ALTER TABLE indicators DROP COLUMN forecast;
