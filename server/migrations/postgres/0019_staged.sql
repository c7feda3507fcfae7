-- The same columns are indexed by `transcript_chunks_spoken`.
DROP INDEX transcript_chunks_time;
