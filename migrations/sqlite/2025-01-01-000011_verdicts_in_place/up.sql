-- No index holds a column of the verdict, so that a new one is written in one place. The board's order comes from sorting
-- the rows of a campaign, which are some hundreds.
DROP INDEX indicators_board_idx;
CREATE INDEX indicators_board_idx ON indicators (campaign_id);
