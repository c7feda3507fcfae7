-- What labels are called, as names are compared: `connvo_core::search::token::key`. Names
-- from before have it as near as the database can write it, until they are given again.
ALTER TABLE transcript_speakers ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
UPDATE transcript_speakers SET name_key = LOWER(name);
