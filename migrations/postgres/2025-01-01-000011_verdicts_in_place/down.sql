ALTER TABLE indicators SET (fillfactor = 60);
DROP INDEX indicators_board_idx;
CREATE INDEX indicators_board_idx ON indicators (campaign_id, grade_rank, id);
