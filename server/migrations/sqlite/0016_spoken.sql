-- Of which utterance a chunk is a part, and when its words were said: a JSON list of
-- {text, startMs, endMs, confidence}, absent where the recogniser tells no times.
ALTER TABLE transcript_chunks ADD COLUMN utterance_id TEXT;
ALTER TABLE transcript_chunks ADD COLUMN words TEXT;

-- In the order spoken, of all and of one speaker.
CREATE INDEX transcript_chunks_spoken ON transcript_chunks (meeting_id, start_ms, sequence);
CREATE INDEX transcript_chunks_speaker
    ON transcript_chunks (meeting_id, speaker_label, start_ms, sequence);

-- What a meeting calls its speakers: chunks keep the label that they came with.
CREATE TABLE transcript_speakers (
    meeting_id TEXT NOT NULL,
    label TEXT NOT NULL,
    name TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, label)
);
