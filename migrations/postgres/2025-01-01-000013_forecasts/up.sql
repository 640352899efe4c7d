-- Where the window is expected to end, and how likely that misses the target (0 to 1). NULL without a forecast.
ALTER TABLE indicators ADD COLUMN forecast numeric;
ALTER TABLE indicators ADD COLUMN p_miss numeric;
ALTER TABLE assessments ADD COLUMN forecast numeric;
ALTER TABLE assessments ADD COLUMN p_miss numeric;
