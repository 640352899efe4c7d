-- Which kinds of letters wait for 签发 where a campaign wants approval. Campaigns that are there signed every kind, and go on
-- so; what is said of how letters are issued and what is said of the kinds are left to the campaign above alike.
ALTER TABLE campaigns ADD COLUMN signed TEXT NOT NULL DEFAULT 'warning,climb,lifting,reminder,report_reminder'; -- comma-separated
UPDATE campaigns SET inherits = 'issuing,signed' || substr(inherits, 8) WHERE inherits = 'issuing' OR inherits LIKE 'issuing,%';

-- Why a draft waits; NULL for what is none. Drafts that are there are a person's to sign.
ALTER TABLE letters ADD COLUMN waits_for TEXT;                                  -- signature, release
UPDATE letters SET waits_for = 'signature' WHERE state = 'draft';
