-- How far the letters about an episode have climbed (办理层级): remind, raise, summon. The level is that of the data alone.
ALTER TABLE episodes ADD COLUMN handling TEXT;
-- The highest step since the last ordinary warning.
UPDATE episodes SET handling = (
    SELECT CASE max(l.ladder_step) WHEN 1 THEN 'remind' WHEN 2 THEN 'raise' WHEN 3 THEN 'summon' END
    FROM letter_episodes e JOIN letters l ON l.id = e.letter_id
    WHERE e.episode_id = episodes.id AND l.serial IS NOT NULL AND l.ladder_step IS NOT NULL
      AND NOT EXISTS (
        SELECT 1 FROM letter_episodes o JOIN letters p ON p.id = o.letter_id
        WHERE o.episode_id = episodes.id AND p.serial IS NOT NULL AND p.kind = 'warning' AND p.ladder_step IS NULL
          AND p.issued_on > l.issued_on));
-- A ladder raised the level as well; what the data gave stands in the last ordinary warning. The next run raises it where
-- the data are worse by now.
UPDATE episodes SET level = (
    SELECT e.level FROM letter_episodes e JOIN letters l ON l.id = e.letter_id
    WHERE e.episode_id = episodes.id AND l.serial IS NOT NULL AND l.kind = 'warning' AND l.ladder_step IS NULL
      AND e.level IS NOT NULL
    ORDER BY l.issued_on DESC, l.id DESC LIMIT 1)
WHERE state <> 'lifted' AND handling IN ('raise', 'summon') AND EXISTS (
    SELECT 1 FROM letter_episodes e JOIN letters l ON l.id = e.letter_id
    WHERE e.episode_id = episodes.id AND l.serial IS NOT NULL AND l.kind = 'warning' AND l.ladder_step IS NULL
      AND e.level IS NOT NULL);
UPDATE episodes SET lettered_level = level
WHERE state <> 'lifted' AND handling IN ('raise', 'summon') AND lettered_level IS NOT NULL;

-- What a campaign has from the one above: names of fields, comma-separated. NULL: from before this was asked, when
-- everything left out was the built-in default.
ALTER TABLE campaigns ADD COLUMN inherits TEXT;
