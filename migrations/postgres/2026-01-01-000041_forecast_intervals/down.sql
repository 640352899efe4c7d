ALTER TABLE assessments DROP COLUMN forecast_high;
ALTER TABLE assessments DROP COLUMN forecast_low;
