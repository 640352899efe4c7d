-- A place is among so many; a period may be cut short (截至某日); what smells is a named doubt.
ALTER TABLE observations ADD COLUMN of INTEGER;
ALTER TABLE observations ADD COLUMN partial INTEGER NOT NULL DEFAULT 0;
ALTER TABLE observations ADD COLUMN doubts TEXT NOT NULL DEFAULT '';
-- Until now nothing could be marked as cut short. What ends well within a month was; what ends a day or two before the
-- month's end may be a slip, and is listed by `xushi check-facts`.
UPDATE observations SET partial = 1
WHERE basis IN ('cumulative', 'period') AND CAST(strftime('%d', period_end) AS INTEGER) <= 27;
