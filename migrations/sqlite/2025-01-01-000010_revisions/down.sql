DROP TABLE stated_differences;
DROP TABLE campaign_curves;
DROP TABLE node_reports;
DROP TABLE person_verdicts;
DROP TABLE revisions;
