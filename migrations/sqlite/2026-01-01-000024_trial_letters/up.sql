-- Whether a letter is one of a pilot (演练): mailed to one mailbox of the office, numbered in a series of its own. Frozen at
-- issue. Every letter from before pilots is a real one.
ALTER TABLE letters ADD COLUMN trial INTEGER NOT NULL DEFAULT 0;
