-- Whose figures of a measure count before whose: a line each, the first one first. Until now the last one written counted; without an
-- order it does still.
ALTER TABLE measures ADD COLUMN sources text NOT NULL DEFAULT '';
