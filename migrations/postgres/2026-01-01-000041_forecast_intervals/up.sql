-- Beside a forecast the interval that it states to hold four truths in five, so that it can be held against what came. Of assessments
-- from before nobody knows it.
ALTER TABLE assessments ADD COLUMN forecast_low numeric;  -- its lower end, in the unit of the forecast; NULL: no forecast, or from before
ALTER TABLE assessments ADD COLUMN forecast_high numeric; -- its upper end
