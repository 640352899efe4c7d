-- A letter that has nothing left to answer: a later letter has taken up what it asked, or it is over. Rows are added,
-- never changed.
CREATE TABLE settlements (
    letter_id uuid PRIMARY KEY REFERENCES letters (id),
    successor_id uuid REFERENCES letters (id),                      -- the letter to be answered instead
    created_at timestamp NOT NULL
);
