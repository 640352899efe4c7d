-- That the work of a request is done, written with the work itself: after a crash between the two a repeat knows it.
-- Of requests from before this step it is not known; those that were answered have their answer.
ALTER TABLE idempotency_keys ADD COLUMN done_at TEXT;                -- NULL: not known to be done
ALTER TABLE idempotency_keys ADD COLUMN made TEXT;                   -- what it made, a word and an id; NULL: nothing of its own
