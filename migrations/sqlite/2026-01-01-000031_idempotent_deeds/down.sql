ALTER TABLE idempotency_keys DROP COLUMN made;
ALTER TABLE idempotency_keys DROP COLUMN done_at;
