-- A key ends by itself on a day, says how it begins so that people can tell it in a list, when it was last used, and which key took its
-- place. Of keys from before nobody knows how they begin.
ALTER TABLE api_keys ADD COLUMN prefix text;          -- its first letters, which are no secret; NULL: made before they were kept
ALTER TABLE api_keys ADD COLUMN expires_at timestamp;  -- from then on it is none; NULL: until it is revoked
ALTER TABLE api_keys ADD COLUMN last_used_at timestamp; -- to the hour; NULL: not yet, or not since this was kept
ALTER TABLE api_keys ADD COLUMN replaces_id uuid REFERENCES api_keys (id); -- the key it was issued in place of
