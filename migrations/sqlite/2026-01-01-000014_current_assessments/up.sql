-- What an assessment says stands in one table, and what is in force is told by a row beside the indicator with a revision
-- of its own: an evaluation changes nothing of the plan.
ALTER TABLE assessments ADD COLUMN figure TEXT;                     -- level, yoy, rank; NULL: none, or recorded before this column
ALTER TABLE assessments ADD COLUMN actual_unit TEXT;                -- unit of actual and expected
ALTER TABLE assessments ADD COLUMN expected_hi TEXT;                -- far end of a range
ALTER TABLE assessments ADD COLUMN rules_version INTEGER NOT NULL DEFAULT 1;  -- of the engine
ALTER TABLE assessments ADD COLUMN doubts TEXT NOT NULL DEFAULT ''; -- words, separated by commas

CREATE TABLE current_assessments (
    indicator_id TEXT PRIMARY KEY NOT NULL REFERENCES indicators (id),
    -- NULL: not judged yet. No reference: assessments are never deleted, and a check of each would slow an evaluation down.
    assessment_id TEXT,
    digest INTEGER,                                                     -- of what it says, so that an evaluation reads none back; NULL: not known
    grade TEXT NOT NULL,                                            -- that of the assessment; what boards are filtered by
    grade_rank INTEGER NOT NULL,                                    -- worst first
    revision INTEGER NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
INSERT INTO current_assessments (indicator_id, assessment_id, grade, grade_rank, revision, updated_at)
SELECT i.id, a.id, CASE WHEN a.id IS NULL THEN 'no_data' ELSE i.grade END,
       CASE WHEN a.id IS NULL THEN 5 ELSE i.grade_rank END, 1, i.updated_at
FROM indicators i
LEFT JOIN (
    SELECT indicator_id, id, grade,
           row_number() OVER (PARTITION BY indicator_id ORDER BY recorded_at DESC, id DESC) AS place
    FROM assessments
) a ON a.indicator_id = i.id AND a.place = 1 AND a.grade = i.grade AND i.graded_as_of IS NOT NULL;

-- Whoever writes an indicator, its row here is never forgotten.
CREATE TRIGGER indicators_begin_current_assessment AFTER INSERT ON indicators
BEGIN
    INSERT INTO current_assessments (indicator_id, grade, grade_rank, revision, updated_at)
    VALUES (NEW.id, 'no_data', 5, 1, NEW.updated_at);
END;

ALTER TABLE indicators DROP COLUMN grade;
ALTER TABLE indicators DROP COLUMN grade_rank;
ALTER TABLE indicators DROP COLUMN graded_as_of;
ALTER TABLE indicators DROP COLUMN data_start;
ALTER TABLE indicators DROP COLUMN data_end;
ALTER TABLE indicators DROP COLUMN actual;
ALTER TABLE indicators DROP COLUMN expected;
ALTER TABLE indicators DROP COLUMN gap;
ALTER TABLE indicators DROP COLUMN gap_points;
ALTER TABLE indicators DROP COLUMN completion;
ALTER TABLE indicators DROP COLUMN due_fraction;
ALTER TABLE indicators DROP COLUMN needed_per_month;
ALTER TABLE indicators DROP COLUMN needed_growth;
ALTER TABLE indicators DROP COLUMN forecast;
ALTER TABLE indicators DROP COLUMN p_miss;
ALTER TABLE indicators DROP COLUMN rule;
