-- The same columns are indexed by `transcript_chunks_spoken`.
DROP INDEX transcript_chunks_time;

-- Heads change all the time, in place as long as their page has room.
ALTER TABLE streams SET (fillfactor = 50);
