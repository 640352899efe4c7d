-- A place is among so many; a period may be cut short (截至某日); what smells is a named doubt.
ALTER TABLE observations
    ADD COLUMN of integer,
    ADD COLUMN partial boolean NOT NULL DEFAULT false,
    ADD COLUMN doubts text NOT NULL DEFAULT '';
-- Until now nothing could be marked as cut short. What ends well within a month was; what ends a day or two before the
-- month's end may be a slip, and is listed by `xushi check-facts`.
UPDATE observations SET partial = true
WHERE basis IN ('cumulative', 'period') AND extract(day FROM period_end) <= 27;
