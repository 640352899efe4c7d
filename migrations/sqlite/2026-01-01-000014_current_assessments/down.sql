DROP TRIGGER indicators_begin_current_assessment;
ALTER TABLE indicators ADD COLUMN grade TEXT NOT NULL DEFAULT 'no_data';
ALTER TABLE indicators ADD COLUMN grade_rank INTEGER NOT NULL DEFAULT 5;
ALTER TABLE indicators ADD COLUMN graded_as_of TEXT;
ALTER TABLE indicators ADD COLUMN data_start TEXT;
ALTER TABLE indicators ADD COLUMN data_end TEXT;
ALTER TABLE indicators ADD COLUMN actual TEXT;
ALTER TABLE indicators ADD COLUMN expected TEXT;
ALTER TABLE indicators ADD COLUMN gap TEXT;
ALTER TABLE indicators ADD COLUMN gap_points TEXT;
ALTER TABLE indicators ADD COLUMN completion TEXT;
ALTER TABLE indicators ADD COLUMN due_fraction TEXT;
ALTER TABLE indicators ADD COLUMN needed_per_month TEXT;
ALTER TABLE indicators ADD COLUMN needed_growth TEXT;
ALTER TABLE indicators ADD COLUMN forecast TEXT;
ALTER TABLE indicators ADD COLUMN p_miss TEXT;
ALTER TABLE indicators ADD COLUMN rule TEXT;
UPDATE indicators
SET grade = c.grade, grade_rank = c.grade_rank, graded_as_of = a.as_of, data_start = a.data_start, data_end = a.data_end,
    actual = a.actual, expected = a.expected, gap = a.gap, gap_points = a.gap_points, completion = a.completion,
    due_fraction = a.due_fraction, needed_per_month = a.needed_per_month, needed_growth = a.needed_growth,
    forecast = a.forecast, p_miss = a.p_miss, rule = a.rule
FROM current_assessments c JOIN assessments a ON a.id = c.assessment_id
WHERE c.indicator_id = indicators.id;
DROP TABLE current_assessments;
ALTER TABLE assessments DROP COLUMN doubts;
ALTER TABLE assessments DROP COLUMN rules_version;
ALTER TABLE assessments DROP COLUMN expected_hi;
ALTER TABLE assessments DROP COLUMN actual_unit;
ALTER TABLE assessments DROP COLUMN figure;
