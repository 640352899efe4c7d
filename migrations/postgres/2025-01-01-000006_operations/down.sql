DROP TABLE warning_runs;
DROP TABLE idempotency_keys;
DROP TABLE api_keys;
DROP TABLE slots;
