DROP TABLE reassessments;
