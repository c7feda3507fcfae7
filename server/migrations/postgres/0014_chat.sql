-- The chat. A message that is changed takes a new place in the journal (`sequence`) and
-- stands in the list where it was posted. `attachments`, `mentions` and `reactions` are
-- JSON: no query looks into them.
CREATE TABLE messages (
    meeting_id TEXT NOT NULL,
    posted_sequence BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    message_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    kind TEXT NOT NULL,
    author_id TEXT,
    author_name TEXT NOT NULL,
    text TEXT NOT NULL,
    reply_to_id TEXT,
    thread_id TEXT,
    attachments TEXT NOT NULL,
    mentions TEXT NOT NULL,
    reactions TEXT NOT NULL,
    edited_at BIGINT,
    deleted_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, posted_sequence)
);
CREATE UNIQUE INDEX messages_id ON messages (meeting_id, message_id);
CREATE UNIQUE INDEX messages_journal ON messages (meeting_id, sequence);
CREATE INDEX messages_of_thread ON messages (meeting_id, thread_id, posted_sequence)
    WHERE thread_id IS NOT NULL;
CREATE INDEX messages_of_author ON messages (author_id, meeting_id, posted_sequence)
    WHERE author_id IS NOT NULL;

INSERT INTO streams (meeting_id, kind, head) SELECT id, 'chat', 0 FROM meetings;
