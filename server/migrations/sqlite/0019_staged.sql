-- Transcript chunks that are durable but not yet in their table, a row a commit: the
-- chunks of all meetings in it as JSON. They move to `transcript_chunks` a meeting at a
-- time, so that its pages are changed once for many chunks.
CREATE TABLE transcript_staged (
    batch INTEGER PRIMARY KEY,
    chunks TEXT NOT NULL
);

-- The same columns are indexed by `transcript_chunks_spoken`.
DROP INDEX transcript_chunks_time;
