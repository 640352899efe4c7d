ALTER TABLE idempotency_keys
    DROP COLUMN made,
    DROP COLUMN done_at;
