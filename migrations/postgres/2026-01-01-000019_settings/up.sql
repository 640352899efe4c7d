-- What this database knows of itself, by name: rules_version, the rules its letters are issued by; rules_changed_at, when
-- newer ones first judged and nobody had yet released their letters.
CREATE TABLE settings (
    name text PRIMARY KEY,
    value text NOT NULL,
    updated_at timestamp NOT NULL
);
-- Where verdicts have been recorded, they were given by the first rules.
INSERT INTO settings (name, value, updated_at)
SELECT 'rules_version', '1', '2026-01-01 00:00:00' WHERE EXISTS (SELECT 1 FROM assessments);
