DROP TABLE contacts;
DROP TABLE units;
DROP TABLE region_aliases;
DROP TABLE regions;
