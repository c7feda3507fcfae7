-- What of the dates to come of a series is not as its rule has it: as JSON, for each such
-- date when it is instead, or null where it is called off.
ALTER TABLE meetings ADD COLUMN series_changes TEXT NOT NULL DEFAULT '{}';
