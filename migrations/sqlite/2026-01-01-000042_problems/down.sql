DROP TABLE problem_entries;
DROP TABLE problem_supports;
DROP TABLE problems;
