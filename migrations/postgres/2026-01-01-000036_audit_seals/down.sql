DROP TRIGGER audit_seals_kept ON audit_seals;
DROP TRIGGER audit_events_kept ON audit_events;
DROP FUNCTION xushi_only_added_to();
DROP TRIGGER audit_events_written ON audit_events;
DROP FUNCTION xushi_audit_written();
DROP TABLE audit_unsealed;
DROP TABLE audit_seals;
ALTER TABLE audit_events
    DROP COLUMN code,
    DROP COLUMN digest,
    DROP COLUMN items,
    DROP COLUMN state_after,
    DROP COLUMN state_before,
    DROP COLUMN subject,
    DROP COLUMN address,
    DROP COLUMN actor;
