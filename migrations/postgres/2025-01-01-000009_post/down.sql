ALTER TABLE deliveries DROP COLUMN paced_at;
DROP TABLE mail_pace;
DROP TABLE problems;
DROP TABLE letter_files;
