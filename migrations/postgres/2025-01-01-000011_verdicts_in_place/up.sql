-- A verdict is rewritten where it stands, without touching an index, as long as no index holds a column of it and its page
-- has room (HOT). The board's order therefore comes from sorting the rows of a campaign, which are some hundreds. With the
-- rank in the index every changed verdict wrote into five indexes; a page that is loaded 40 percent full takes one rewriting
-- of all its rows. Pages written before stay as full as they are.
DROP INDEX indicators_board_idx;
CREATE INDEX indicators_board_idx ON indicators (campaign_id);
ALTER TABLE indicators SET (fillfactor = 40);
