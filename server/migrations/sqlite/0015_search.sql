-- Chunks by time: what segments are put together from.
CREATE INDEX transcript_chunks_time ON transcript_chunks (meeting_id, start_ms, sequence);

-- Chunks that were changed or deleted after they were stored: what was put together from
-- them is put together again. Written with the change itself, whoever makes it.
CREATE TABLE transcript_touched (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    meeting_id TEXT NOT NULL,
    start_ms BIGINT NOT NULL,
    sequence BIGINT NOT NULL
);
CREATE INDEX transcript_touched_meeting ON transcript_touched (meeting_id, id);
CREATE TRIGGER transcript_chunks_deleted AFTER DELETE ON transcript_chunks BEGIN
    INSERT INTO transcript_touched (meeting_id, start_ms, sequence)
        VALUES (old.meeting_id, old.start_ms, old.sequence);
END;
CREATE TRIGGER transcript_chunks_changed
AFTER UPDATE OF text, start_ms, end_ms, speaker_label, speaker_user_id, confidence, language
ON transcript_chunks BEGIN
    INSERT INTO transcript_touched (meeting_id, start_ms, sequence)
        VALUES (old.meeting_id, old.start_ms, old.sequence);
END;

-- Chunks put together by speaker and time. A segment begins at a piece of a chunk.
CREATE TABLE transcript_segments (
    meeting_id TEXT NOT NULL,
    id TEXT NOT NULL,
    chunk_ms BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    piece BIGINT NOT NULL,
    start_ms BIGINT NOT NULL,
    end_ms BIGINT NOT NULL,
    speaker_label TEXT NOT NULL,
    speaker_user_id TEXT,
    text TEXT NOT NULL,
    word_count BIGINT NOT NULL,
    confidence DOUBLE PRECISION,
    language TEXT,
    key_phrases TEXT NOT NULL,
    topics TEXT NOT NULL,
    sentiment DOUBLE PRECISION,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, id)
);
CREATE INDEX transcript_segments_place ON transcript_segments (meeting_id, chunk_ms, sequence, piece);
CREATE INDEX transcript_segments_created ON transcript_segments (created_at);
CREATE INDEX transcript_segments_speaker ON transcript_segments (speaker_user_id)
    WHERE speaker_user_id IS NOT NULL;

-- How far a meeting's journals are in the index, and what it has of each.
CREATE TABLE search_cursors (
    meeting_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    head BIGINT NOT NULL,
    turn BIGINT NOT NULL,
    documents BIGINT NOT NULL,
    length BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, kind)
) WITHOUT ROWID;

-- What can be found. `words` and `stems` are what core makes of the text.
CREATE TABLE search_documents (
    id INTEGER PRIMARY KEY,
    meeting_id TEXT NOT NULL,
    source TEXT NOT NULL,
    source_id TEXT NOT NULL,
    speaker TEXT,
    speaker_key TEXT,
    speaker_user_id TEXT,
    start_ms BIGINT NOT NULL,
    end_ms BIGINT,
    text TEXT NOT NULL,
    words TEXT NOT NULL,
    stems TEXT NOT NULL,
    length BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX search_documents_source ON search_documents (meeting_id, source, source_id);
CREATE INDEX search_documents_speaker ON search_documents (speaker_user_id)
    WHERE speaker_user_id IS NOT NULL;

CREATE VIRTUAL TABLE search_index USING fts5(
    words, stems, content = 'search_documents', content_rowid = 'id',
    tokenize = "ascii tokenchars '_'"
);
CREATE TRIGGER search_documents_added AFTER INSERT ON search_documents BEGIN
    INSERT INTO search_index (rowid, words, stems) VALUES (new.id, new.words, new.stems);
END;
CREATE TRIGGER search_documents_deleted AFTER DELETE ON search_documents BEGIN
    INSERT INTO search_index (search_index, rowid, words, stems)
        VALUES ('delete', old.id, old.words, old.stems);
END;
CREATE TRIGGER search_documents_changed AFTER UPDATE OF words, stems ON search_documents BEGIN
    INSERT INTO search_index (search_index, rowid, words, stems)
        VALUES ('delete', old.id, old.words, old.stems);
    INSERT INTO search_index (rowid, words, stems) VALUES (new.id, new.words, new.stems);
END;
