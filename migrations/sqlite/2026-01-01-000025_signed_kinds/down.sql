ALTER TABLE letters DROP COLUMN waits_for;
UPDATE campaigns SET inherits = trim(replace(',' || inherits || ',', ',signed,', ','), ',') WHERE inherits LIKE '%signed%';
ALTER TABLE campaigns DROP COLUMN signed;
