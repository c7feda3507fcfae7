-- safe: RENAME, because the next statement puts a table of the same name and columns in its
-- place; whoever waits meanwhile finds it. All that is there becomes the first partition: it
-- is known to lie before the bound, so that nothing is read and no index is built.
ALTER TABLE transcript_chunks RENAME TO transcript_chunks_before;
ALTER INDEX transcript_chunks_pkey RENAME TO transcript_chunks_before_pkey;
ALTER INDEX transcript_chunks_segment RENAME TO transcript_chunks_before_segment;
ALTER INDEX transcript_chunks_of_speaker RENAME TO transcript_chunks_before_of_speaker;
ALTER INDEX transcript_chunks_spoken RENAME TO transcript_chunks_before_spoken;
ALTER INDEX transcript_chunks_speaker RENAME TO transcript_chunks_before_speaker;
DROP TRIGGER transcript_chunks_deleted ON transcript_chunks_before;
DROP TRIGGER transcript_chunks_changed ON transcript_chunks_before;

CREATE TABLE transcript_chunks (LIKE transcript_chunks_before) PARTITION BY RANGE (meeting_id);
ALTER TABLE transcript_chunks ADD PRIMARY KEY (meeting_id, sequence);
CREATE UNIQUE INDEX transcript_chunks_segment ON transcript_chunks (meeting_id, source_id, segment_id);
CREATE INDEX transcript_chunks_of_speaker ON transcript_chunks (speaker_user_id, meeting_id, sequence)
    WHERE speaker_user_id IS NOT NULL;
CREATE INDEX transcript_chunks_spoken ON transcript_chunks (meeting_id, start_ms, sequence);
CREATE INDEX transcript_chunks_speaker
    ON transcript_chunks (meeting_id, speaker_label, start_ms, sequence);
CREATE TRIGGER transcript_chunks_deleted AFTER DELETE ON transcript_chunks
    FOR EACH ROW EXECUTE FUNCTION transcript_touch();
CREATE TRIGGER transcript_chunks_changed
    AFTER UPDATE OF text, start_ms, end_ms, speaker_label, speaker_user_id, confidence, language
    ON transcript_chunks FOR EACH ROW EXECUTE FUNCTION transcript_touch();

DO $$
DECLARE
    bound TEXT := (SELECT substring(pg_get_constraintdef(oid) FROM '''([^'']+)''')
        FROM pg_constraint WHERE conname = 'transcript_chunks_before'
            AND conrelid = 'transcript_chunks_before'::regclass);
BEGIN
    EXECUTE format('ALTER TABLE transcript_chunks ATTACH PARTITION transcript_chunks_before
        FOR VALUES FROM (MINVALUE) TO (%L)', bound);
END $$;
ALTER TABLE transcript_chunks_before DROP CONSTRAINT transcript_chunks_before;

-- For what no month has: a clock that is far ahead, a month that was given up.
CREATE TABLE transcript_chunks_other PARTITION OF transcript_chunks DEFAULT;
