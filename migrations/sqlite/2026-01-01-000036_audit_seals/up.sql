-- An entry of the audit says from where it was done, what it changed, and of many things how many. Entries are sealed a few seconds
-- after they were written: each seal has the hash of the one before and of its entry, so that nobody who writes waits for another.
ALTER TABLE audit_events ADD COLUMN actor TEXT;                     -- name of the key then, or who did it without one; NULL: not known
ALTER TABLE audit_events ADD COLUMN address TEXT;                   -- from where, as the network says
ALTER TABLE audit_events ADD COLUMN subject TEXT;                   -- what was made or changed: a word and an id
ALTER TABLE audit_events ADD COLUMN state_before TEXT;              -- JSON, the fields that changed
ALTER TABLE audit_events ADD COLUMN state_after TEXT;               -- JSON, the same fields
ALTER TABLE audit_events ADD COLUMN items INTEGER;                  -- of a call about many things: how many
ALTER TABLE audit_events ADD COLUMN digest TEXT;                    -- SHA-256 of them, hexadecimal
ALTER TABLE audit_events ADD COLUMN code TEXT;                      -- of a refusal: which

-- No reference to the entry: one that was removed must be found missing, not be kept from it.
CREATE TABLE audit_seals (
    seq INTEGER PRIMARY KEY,                                        -- counts up by one from 1
    event_id TEXT NOT NULL CONSTRAINT audit_seals_event_key UNIQUE,
    hash BLOB NOT NULL,                                             -- SHA-256 of the hash before, the number and the entry
    sealed_at TEXT NOT NULL
) STRICT;

-- Entries that have no seal yet.
CREATE TABLE audit_unsealed (event_id TEXT PRIMARY KEY NOT NULL) STRICT;
INSERT INTO audit_unsealed (event_id) SELECT id FROM audit_events;

CREATE TRIGGER audit_events_written AFTER INSERT ON audit_events BEGIN
    INSERT INTO audit_unsealed (event_id) VALUES (NEW.id);
END;

CREATE TRIGGER audit_events_kept BEFORE UPDATE ON audit_events BEGIN
    SELECT RAISE(ABORT, 'audit_events is only added to');
END;
CREATE TRIGGER audit_events_not_deleted BEFORE DELETE ON audit_events BEGIN
    SELECT RAISE(ABORT, 'audit_events is only added to');
END;
CREATE TRIGGER audit_seals_kept BEFORE UPDATE ON audit_seals BEGIN
    SELECT RAISE(ABORT, 'audit_seals is only added to');
END;
CREATE TRIGGER audit_seals_not_deleted BEFORE DELETE ON audit_seals BEGIN
    SELECT RAISE(ABORT, 'audit_seals is only added to');
END;
