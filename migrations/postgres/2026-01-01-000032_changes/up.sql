-- In which order things changed, for whoever follows all changes. Rows from before this step have 0: they come first.
-- A row carries the transaction that wrote it last: what is older than the oldest open transaction is settled, so that nothing that
-- is committed late is missed.
CREATE TABLE change_feed (
    id integer PRIMARY KEY,                                          -- 1
    epoch integer NOT NULL,                                          -- counts on when the numbers begin anew, as in a restored database
    seq bigint NOT NULL                                              -- not used by PostgreSQL
);
INSERT INTO change_feed (id, epoch, seq) VALUES (1, 1, 0);

CREATE FUNCTION xushi_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_in := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$;

ALTER TABLE regions ADD COLUMN changed_in bigint NOT NULL DEFAULT 0;
ALTER TABLE regions ALTER COLUMN changed_in SET DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX regions_changed_idx ON regions (changed_in, id);
CREATE TRIGGER regions_changed BEFORE UPDATE ON regions FOR EACH ROW EXECUTE FUNCTION xushi_changed();

ALTER TABLE units ADD COLUMN changed_in bigint NOT NULL DEFAULT 0;
ALTER TABLE units ALTER COLUMN changed_in SET DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX units_changed_idx ON units (changed_in, id);
CREATE TRIGGER units_changed BEFORE UPDATE ON units FOR EACH ROW EXECUTE FUNCTION xushi_changed();

ALTER TABLE contacts ADD COLUMN changed_in bigint NOT NULL DEFAULT 0;
ALTER TABLE contacts ALTER COLUMN changed_in SET DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX contacts_changed_idx ON contacts (changed_in, id);
CREATE TRIGGER contacts_changed BEFORE UPDATE ON contacts FOR EACH ROW EXECUTE FUNCTION xushi_changed();

ALTER TABLE measures ADD COLUMN changed_in bigint NOT NULL DEFAULT 0;
ALTER TABLE measures ALTER COLUMN changed_in SET DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX measures_changed_idx ON measures (changed_in, id);
CREATE TRIGGER measures_changed BEFORE UPDATE ON measures FOR EACH ROW EXECUTE FUNCTION xushi_changed();

ALTER TABLE campaigns ADD COLUMN changed_in bigint NOT NULL DEFAULT 0;
ALTER TABLE campaigns ALTER COLUMN changed_in SET DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX campaigns_changed_idx ON campaigns (changed_in, id);
CREATE TRIGGER campaigns_changed BEFORE UPDATE ON campaigns FOR EACH ROW EXECUTE FUNCTION xushi_changed();

ALTER TABLE tasks ADD COLUMN changed_in bigint NOT NULL DEFAULT 0;
ALTER TABLE tasks ALTER COLUMN changed_in SET DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX tasks_changed_idx ON tasks (changed_in, id);
CREATE TRIGGER tasks_changed BEFORE UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION xushi_changed();

ALTER TABLE indicators ADD COLUMN changed_in bigint NOT NULL DEFAULT 0;
ALTER TABLE indicators ALTER COLUMN changed_in SET DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX indicators_changed_idx ON indicators (changed_in, id);
CREATE TRIGGER indicators_changed BEFORE UPDATE ON indicators FOR EACH ROW EXECUTE FUNCTION xushi_changed();

ALTER TABLE episodes ADD COLUMN changed_in bigint NOT NULL DEFAULT 0;
ALTER TABLE episodes ALTER COLUMN changed_in SET DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX episodes_changed_idx ON episodes (changed_in, id);
CREATE TRIGGER episodes_changed BEFORE UPDATE ON episodes FOR EACH ROW EXECUTE FUNCTION xushi_changed();

ALTER TABLE letters ADD COLUMN changed_in bigint NOT NULL DEFAULT 0;
ALTER TABLE letters ALTER COLUMN changed_in SET DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX letters_changed_idx ON letters (changed_in, id);
CREATE TRIGGER letters_changed BEFORE UPDATE ON letters FOR EACH ROW EXECUTE FUNCTION xushi_changed();

ALTER TABLE deliveries ADD COLUMN changed_in bigint NOT NULL DEFAULT 0;
ALTER TABLE deliveries ALTER COLUMN changed_in SET DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX deliveries_changed_idx ON deliveries (changed_in, id);
CREATE TRIGGER deliveries_changed BEFORE UPDATE ON deliveries FOR EACH ROW EXECUTE FUNCTION xushi_changed();

ALTER TABLE replies ADD COLUMN changed_in bigint NOT NULL DEFAULT 0;
ALTER TABLE replies ALTER COLUMN changed_in SET DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX replies_changed_idx ON replies (changed_in, id);
CREATE TRIGGER replies_changed BEFORE UPDATE ON replies FOR EACH ROW EXECUTE FUNCTION xushi_changed();

ALTER TABLE observations ADD COLUMN changed_in bigint NOT NULL DEFAULT 0;
ALTER TABLE observations ALTER COLUMN changed_in SET DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX observations_changed_idx ON observations (changed_in, id);
CREATE TRIGGER observations_changed BEFORE UPDATE ON observations FOR EACH ROW EXECUTE FUNCTION xushi_changed();

ALTER TABLE assessments ADD COLUMN changed_in bigint NOT NULL DEFAULT 0;
ALTER TABLE assessments ALTER COLUMN changed_in SET DEFAULT pg_current_xact_id()::text::bigint;
CREATE INDEX assessments_changed_idx ON assessments (changed_in, id);

-- What is shown with something else is a change of that.
CREATE FUNCTION xushi_changed_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE tasks SET ordinal = ordinal WHERE id = OLD.task_id;
        UPDATE indicators SET revision = revision WHERE id = OLD.indicator_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE tasks SET ordinal = ordinal WHERE id = NEW.task_id;
        UPDATE indicators SET revision = revision WHERE id = NEW.indicator_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER responsibilities_changed AFTER INSERT OR UPDATE OR DELETE ON responsibilities
    FOR EACH ROW EXECUTE FUNCTION xushi_changed_part();

CREATE FUNCTION xushi_changed_reply() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE replies SET ordinal = ordinal WHERE id = NEW.reply_id;
    RETURN NULL;
END $$;
CREATE TRIGGER reviews_changed AFTER INSERT ON reviews FOR EACH ROW EXECUTE FUNCTION xushi_changed_reply();
