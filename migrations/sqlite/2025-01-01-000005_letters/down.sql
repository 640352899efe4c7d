DROP TABLE delivery_attempts;
DROP TABLE deliveries;
DROP TABLE letter_episodes;
DROP TABLE letters;
DROP TABLE letter_serials;
DROP TABLE episodes;
