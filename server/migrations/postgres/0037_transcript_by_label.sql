-- A row of transcript costs its indexes most. What is under one label is found in the order
-- spoken as well, by `transcript_chunks_spoken`: a meeting's chunks at most are read for it.
-- The others are each the only way to something: the journal, a piece of speech that is
-- revised, what was said at a time, what a person said.
DROP INDEX transcript_chunks_speaker;
