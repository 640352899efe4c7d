ALTER INDEX incidents_open_key RENAME TO problems_open_key;
ALTER INDEX incidents_pkey RENAME TO problems_pkey;
ALTER TABLE incidents RENAME TO problems;
