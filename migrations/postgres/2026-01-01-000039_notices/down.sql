DROP TABLE notices;
ALTER TABLE reviews DROP COLUMN former_reply_by;
ALTER TABLE reviews DROP COLUMN reply_by;
