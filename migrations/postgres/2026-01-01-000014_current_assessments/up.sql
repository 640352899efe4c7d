-- What an assessment says stands in one table, and what is in force is told by a row beside the indicator with a revision
-- of its own: an evaluation changes nothing of the plan.
ALTER TABLE assessments ADD COLUMN figure text;                     -- level, yoy, rank; NULL: none, or recorded before this column
ALTER TABLE assessments ADD COLUMN actual_unit text;                -- unit of actual and expected
ALTER TABLE assessments ADD COLUMN expected_hi numeric;             -- far end of a range
ALTER TABLE assessments ADD COLUMN rules_version integer NOT NULL DEFAULT 1;  -- of the engine
ALTER TABLE assessments ADD COLUMN doubts text NOT NULL DEFAULT ''; -- words, separated by commas

CREATE TABLE current_assessments (
    indicator_id uuid PRIMARY KEY REFERENCES indicators (id),
    -- NULL: not judged yet. No reference: assessments are never deleted, and a check of each would slow an evaluation down.
    assessment_id uuid,
    digest bigint,                                                      -- of what it says, so that an evaluation reads none back; NULL: not known
    grade text NOT NULL,                                            -- that of the assessment; what boards are filtered by
    grade_rank integer NOT NULL,                                    -- worst first
    revision integer NOT NULL,
    updated_at timestamp NOT NULL
) WITH (fillfactor = 40);  -- no index holds a column that changes: a row is rewritten in its page (HOT)
INSERT INTO current_assessments (indicator_id, assessment_id, grade, grade_rank, revision, updated_at)
SELECT i.id, a.id, CASE WHEN a.id IS NULL THEN 'no_data' ELSE i.grade END,
       CASE WHEN a.id IS NULL THEN 5 ELSE i.grade_rank END, 1, i.updated_at
FROM indicators i
LEFT JOIN (
    SELECT DISTINCT ON (indicator_id) indicator_id, id, grade
    FROM assessments ORDER BY indicator_id, recorded_at DESC, id DESC
) a ON a.indicator_id = i.id AND a.grade = i.grade AND i.graded_as_of IS NOT NULL;

-- Whoever writes an indicator, its row here is never forgotten.
CREATE FUNCTION begin_current_assessment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO current_assessments (indicator_id, grade, grade_rank, revision, updated_at)
    VALUES (NEW.id, 'no_data', 5, 1, NEW.updated_at);
    RETURN NULL;
END $$;
CREATE TRIGGER indicators_begin_current_assessment AFTER INSERT ON indicators
    FOR EACH ROW EXECUTE FUNCTION begin_current_assessment();

ALTER TABLE indicators
    DROP COLUMN grade, DROP COLUMN grade_rank, DROP COLUMN graded_as_of, DROP COLUMN data_start, DROP COLUMN data_end,
    DROP COLUMN actual, DROP COLUMN expected, DROP COLUMN gap, DROP COLUMN gap_points, DROP COLUMN completion,
    DROP COLUMN due_fraction, DROP COLUMN needed_per_month, DROP COLUMN needed_growth, DROP COLUMN forecast,
    DROP COLUMN p_miss, DROP COLUMN rule;
ALTER TABLE indicators SET (fillfactor = 100);
