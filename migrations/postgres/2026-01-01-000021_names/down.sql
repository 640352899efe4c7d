ALTER TABLE problems DROP COLUMN repeats;
DROP TABLE name_keys;
