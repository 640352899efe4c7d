-- An entry of the audit says from where it was done, what it changed, and of many things how many. Entries are sealed a few seconds
-- after they were written: each seal has the hash of the one before and of its entry, so that nobody who writes waits for another.
ALTER TABLE audit_events
    ADD COLUMN actor text,                                          -- name of the key then, or who did it without one; NULL: not known
    ADD COLUMN address text,                                        -- from where, as the network says
    ADD COLUMN subject text,                                        -- what was made or changed: a word and an id
    ADD COLUMN state_before text,                                   -- JSON, the fields that changed
    ADD COLUMN state_after text,                                    -- JSON, the same fields
    ADD COLUMN items integer,                                       -- of a call about many things: how many
    ADD COLUMN digest text,                                         -- SHA-256 of them, hexadecimal
    ADD COLUMN code text;                                           -- of a refusal: which

-- No reference to the entry: one that was removed must be found missing, not be kept from it.
CREATE TABLE audit_seals (
    seq bigint PRIMARY KEY,                                         -- counts up by one from 1
    event_id uuid NOT NULL CONSTRAINT audit_seals_event_key UNIQUE,
    hash bytea NOT NULL,                                            -- SHA-256 of the hash before, the number and the entry
    sealed_at timestamp NOT NULL
);

-- Entries that have no seal yet.
CREATE TABLE audit_unsealed (event_id uuid PRIMARY KEY);
INSERT INTO audit_unsealed (event_id) SELECT id FROM audit_events;

CREATE FUNCTION xushi_audit_written() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_unsealed (event_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER audit_events_written AFTER INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION xushi_audit_written();

CREATE FUNCTION xushi_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only added to', TG_TABLE_NAME;
END $$;
CREATE TRIGGER audit_events_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION xushi_only_added_to();
CREATE TRIGGER audit_seals_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals
    FOR EACH STATEMENT EXECUTE FUNCTION xushi_only_added_to();
