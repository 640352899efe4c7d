-- What the watchdog finds is an incident: 问题 belongs to the ledger.
ALTER TABLE problems RENAME TO incidents;
ALTER INDEX problems_pkey RENAME TO incidents_pkey;
ALTER INDEX problems_open_key RENAME TO incidents_open_key;
