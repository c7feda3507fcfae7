-- The date of its series that a meeting stands for, where it was moved to another time.
ALTER TABLE meetings ADD COLUMN occurrence_at BIGINT;
