ALTER TABLE indicators SET (fillfactor = 40);
ALTER TABLE indicators
    ADD COLUMN grade text NOT NULL DEFAULT 'no_data', ADD COLUMN grade_rank integer NOT NULL DEFAULT 5,
    ADD COLUMN graded_as_of date, ADD COLUMN data_start date, ADD COLUMN data_end date, ADD COLUMN actual numeric,
    ADD COLUMN expected numeric, ADD COLUMN gap numeric, ADD COLUMN gap_points numeric, ADD COLUMN completion numeric,
    ADD COLUMN due_fraction numeric, ADD COLUMN needed_per_month numeric, ADD COLUMN needed_growth numeric,
    ADD COLUMN forecast numeric, ADD COLUMN p_miss numeric, ADD COLUMN rule text;
ALTER TABLE indicators ALTER COLUMN grade DROP DEFAULT;
ALTER TABLE indicators ALTER COLUMN grade_rank DROP DEFAULT;
UPDATE indicators i
SET grade = c.grade, grade_rank = c.grade_rank, graded_as_of = a.as_of, data_start = a.data_start, data_end = a.data_end,
    actual = a.actual, expected = a.expected, gap = a.gap, gap_points = a.gap_points, completion = a.completion,
    due_fraction = a.due_fraction, needed_per_month = a.needed_per_month, needed_growth = a.needed_growth,
    forecast = a.forecast, p_miss = a.p_miss, rule = a.rule
FROM current_assessments c JOIN assessments a ON a.id = c.assessment_id
WHERE c.indicator_id = i.id;
DROP TRIGGER indicators_begin_current_assessment ON indicators;
DROP FUNCTION begin_current_assessment();
DROP TABLE current_assessments;
ALTER TABLE assessments
    DROP COLUMN doubts, DROP COLUMN rules_version, DROP COLUMN expected_hi, DROP COLUMN actual_unit, DROP COLUMN figure;
