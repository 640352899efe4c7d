-- In which order things changed, for whoever follows all changes. Rows from before this step have 0: they come first.
-- One writes at a time, so that the count of writes is the order in which they are committed.
CREATE TABLE change_feed (
    id INTEGER PRIMARY KEY,                                          -- 1
    epoch INTEGER NOT NULL,                                          -- counts on when the numbers begin anew, as in a restored database
    seq INTEGER NOT NULL                                             -- the last number given
) STRICT;
INSERT INTO change_feed (id, epoch, seq) VALUES (1, 1, 0);

ALTER TABLE regions ADD COLUMN changed_in INTEGER NOT NULL DEFAULT 0;
CREATE INDEX regions_changed_idx ON regions (changed_in, id);
CREATE TRIGGER regions_made AFTER INSERT ON regions BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE regions SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER regions_changed AFTER UPDATE ON regions WHEN NEW.changed_in = OLD.changed_in BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE regions SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;

ALTER TABLE units ADD COLUMN changed_in INTEGER NOT NULL DEFAULT 0;
CREATE INDEX units_changed_idx ON units (changed_in, id);
CREATE TRIGGER units_made AFTER INSERT ON units BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE units SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER units_changed AFTER UPDATE ON units WHEN NEW.changed_in = OLD.changed_in BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE units SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;

ALTER TABLE contacts ADD COLUMN changed_in INTEGER NOT NULL DEFAULT 0;
CREATE INDEX contacts_changed_idx ON contacts (changed_in, id);
CREATE TRIGGER contacts_made AFTER INSERT ON contacts BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE contacts SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER contacts_changed AFTER UPDATE ON contacts WHEN NEW.changed_in = OLD.changed_in BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE contacts SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;

ALTER TABLE measures ADD COLUMN changed_in INTEGER NOT NULL DEFAULT 0;
CREATE INDEX measures_changed_idx ON measures (changed_in, id);
CREATE TRIGGER measures_made AFTER INSERT ON measures BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE measures SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER measures_changed AFTER UPDATE ON measures WHEN NEW.changed_in = OLD.changed_in BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE measures SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;

ALTER TABLE campaigns ADD COLUMN changed_in INTEGER NOT NULL DEFAULT 0;
CREATE INDEX campaigns_changed_idx ON campaigns (changed_in, id);
CREATE TRIGGER campaigns_made AFTER INSERT ON campaigns BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE campaigns SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER campaigns_changed AFTER UPDATE ON campaigns WHEN NEW.changed_in = OLD.changed_in BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE campaigns SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;

ALTER TABLE tasks ADD COLUMN changed_in INTEGER NOT NULL DEFAULT 0;
CREATE INDEX tasks_changed_idx ON tasks (changed_in, id);
CREATE TRIGGER tasks_made AFTER INSERT ON tasks BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE tasks SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER tasks_changed AFTER UPDATE ON tasks WHEN NEW.changed_in = OLD.changed_in BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE tasks SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;

ALTER TABLE indicators ADD COLUMN changed_in INTEGER NOT NULL DEFAULT 0;
CREATE INDEX indicators_changed_idx ON indicators (changed_in, id);
CREATE TRIGGER indicators_made AFTER INSERT ON indicators BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE indicators SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER indicators_changed AFTER UPDATE ON indicators WHEN NEW.changed_in = OLD.changed_in BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE indicators SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;

ALTER TABLE episodes ADD COLUMN changed_in INTEGER NOT NULL DEFAULT 0;
CREATE INDEX episodes_changed_idx ON episodes (changed_in, id);
CREATE TRIGGER episodes_made AFTER INSERT ON episodes BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE episodes SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER episodes_changed AFTER UPDATE ON episodes WHEN NEW.changed_in = OLD.changed_in BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE episodes SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;

ALTER TABLE letters ADD COLUMN changed_in INTEGER NOT NULL DEFAULT 0;
CREATE INDEX letters_changed_idx ON letters (changed_in, id);
CREATE TRIGGER letters_made AFTER INSERT ON letters BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE letters SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER letters_changed AFTER UPDATE ON letters WHEN NEW.changed_in = OLD.changed_in BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE letters SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;

ALTER TABLE deliveries ADD COLUMN changed_in INTEGER NOT NULL DEFAULT 0;
CREATE INDEX deliveries_changed_idx ON deliveries (changed_in, id);
CREATE TRIGGER deliveries_made AFTER INSERT ON deliveries BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE deliveries SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER deliveries_changed AFTER UPDATE ON deliveries WHEN NEW.changed_in = OLD.changed_in BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE deliveries SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;

ALTER TABLE replies ADD COLUMN changed_in INTEGER NOT NULL DEFAULT 0;
CREATE INDEX replies_changed_idx ON replies (changed_in, id);
CREATE TRIGGER replies_made AFTER INSERT ON replies BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE replies SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER replies_changed AFTER UPDATE ON replies WHEN NEW.changed_in = OLD.changed_in BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE replies SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;

ALTER TABLE observations ADD COLUMN changed_in INTEGER NOT NULL DEFAULT 0;
CREATE INDEX observations_changed_idx ON observations (changed_in, id);
CREATE TRIGGER observations_made AFTER INSERT ON observations BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE observations SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;
CREATE TRIGGER observations_changed AFTER UPDATE ON observations WHEN NEW.changed_in = OLD.changed_in BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE observations SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;

ALTER TABLE assessments ADD COLUMN changed_in INTEGER NOT NULL DEFAULT 0;
CREATE INDEX assessments_changed_idx ON assessments (changed_in, id);
CREATE TRIGGER assessments_made AFTER INSERT ON assessments BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE assessments SET changed_in = (SELECT seq FROM change_feed) WHERE rowid = NEW.rowid;
END;

-- What is shown with something else is a change of that.
CREATE TRIGGER responsibilities_insert AFTER INSERT ON responsibilities BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE tasks SET changed_in = (SELECT seq FROM change_feed) WHERE id = NEW.task_id;
    UPDATE indicators SET changed_in = (SELECT seq FROM change_feed) WHERE id = NEW.indicator_id;
END;
CREATE TRIGGER responsibilities_update AFTER UPDATE ON responsibilities BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE tasks SET changed_in = (SELECT seq FROM change_feed) WHERE id = OLD.task_id;
    UPDATE indicators SET changed_in = (SELECT seq FROM change_feed) WHERE id = OLD.indicator_id;
    UPDATE change_feed SET seq = seq + 1;
    UPDATE tasks SET changed_in = (SELECT seq FROM change_feed) WHERE id = NEW.task_id;
    UPDATE indicators SET changed_in = (SELECT seq FROM change_feed) WHERE id = NEW.indicator_id;
END;
CREATE TRIGGER responsibilities_delete AFTER DELETE ON responsibilities BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE tasks SET changed_in = (SELECT seq FROM change_feed) WHERE id = OLD.task_id;
    UPDATE indicators SET changed_in = (SELECT seq FROM change_feed) WHERE id = OLD.indicator_id;
END;
CREATE TRIGGER reviews_made AFTER INSERT ON reviews BEGIN
    UPDATE change_feed SET seq = seq + 1;
    UPDATE replies SET changed_in = (SELECT seq FROM change_feed) WHERE id = NEW.reply_id;
END;
