-- Reads the rows that are there, while they are written and read.
ALTER TABLE transcript_chunks VALIDATE CONSTRAINT transcript_chunks_before;
