-- Stages of a figure: who vouches for it. A measure says which stages its figures go through; each vintage of a staged one says at
-- which stage it was put in and by whom, and a lower stage never displaces a higher one. Nobody has vouched for what was put in
-- before, and it stays as it is: NULL.
ALTER TABLE measures ADD COLUMN stages text NOT NULL DEFAULT ''; -- self_reported, self_checked, verified, publicly_reviewed, with commas between; empty: none
ALTER TABLE observations ADD COLUMN stage text;      -- one of the measure's; NULL: without
ALTER TABLE observations ADD COLUMN vouched_by text; -- the name of the key, or who answered by the link of a letter; NULL: without a stage
ALTER TABLE api_keys ADD COLUMN stage text;          -- the highest at which its holder may put figures in; NULL: by its role
