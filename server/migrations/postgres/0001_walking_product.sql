CREATE TABLE users (
    id TEXT PRIMARY KEY,
    subject TEXT NOT NULL UNIQUE,
    email TEXT,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX users_email ON users (email);

CREATE TABLE meetings (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    organizer_id TEXT NOT NULL REFERENCES users (id),
    started_at BIGINT,
    ended_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE participants (
    meeting_id TEXT NOT NULL REFERENCES meetings (id),
    email TEXT NOT NULL,
    user_id TEXT REFERENCES users (id),
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, email)
);
CREATE UNIQUE INDEX participants_of_user ON participants (user_id, meeting_id) WHERE user_id IS NOT NULL;
CREATE INDEX participants_waiting ON participants (email) WHERE user_id IS NULL;

-- The narrow table that every append locks: the last sequence of each journal.
CREATE TABLE streams (
    meeting_id TEXT NOT NULL REFERENCES meetings (id),
    kind TEXT NOT NULL,
    head BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, kind)
);

CREATE TABLE note_log (
    meeting_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    author_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    client_seq BIGINT NOT NULL,
    operation JSONB NOT NULL,
    update_v1 BYTEA NOT NULL,
    transformed_from BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, sequence)
);
CREATE UNIQUE INDEX note_log_client ON note_log (meeting_id, client_id, client_seq) WHERE client_id <> '';

-- Which user may write with a client id, and what of it is in the log.
CREATE TABLE note_clients (
    meeting_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    user_id TEXT,
    last_seq BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, client_id)
);

-- Where the log is read from: base text + operations after it = text.
CREATE TABLE note_bases (
    meeting_id TEXT PRIMARY KEY,
    epoch BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    text TEXT NOT NULL,
    state_v2 BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

-- Texts along the way, for the history.
CREATE TABLE note_checkpoints (
    meeting_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, sequence)
);

-- A higher revision takes the place of a lower one under a sequence of its own.
CREATE TABLE transcript_chunks (
    meeting_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    source_id TEXT NOT NULL,
    segment_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    bucket BIGINT NOT NULL,
    text TEXT NOT NULL,
    start_ms BIGINT NOT NULL,
    end_ms BIGINT NOT NULL,
    speaker_label TEXT NOT NULL,
    speaker_user_id TEXT,
    confidence DOUBLE PRECISION,
    language TEXT,
    revised BOOLEAN NOT NULL,
    word_count BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, sequence)
);
CREATE UNIQUE INDEX transcript_chunks_segment ON transcript_chunks (meeting_id, source_id, segment_id);

CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY,
    private_pem TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- One row: `epoch` changes when the store is restored from a backup.
CREATE TABLE store_meta (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    epoch TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
