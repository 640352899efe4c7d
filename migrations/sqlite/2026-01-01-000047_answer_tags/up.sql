-- The kept answer to a repeated request has the tag of the first one: an indicator's says more than a hash of its body.
ALTER TABLE idempotency_keys ADD COLUMN etag TEXT; -- NULL: it had none, or is from before tags were kept
