-- When the name shown was last changed: what was said under it before may have been said
-- by somebody else.
ALTER TABLE users ADD COLUMN name_changed_at BIGINT NOT NULL DEFAULT 0;
UPDATE users SET name_changed_at = updated_at;

-- Deletions that are decided, and whose bulk is still being taken away: what the person
-- was called, since when, and their address. The row goes with the last of it.
CREATE TABLE erasures (
    user_id TEXT PRIMARY KEY REFERENCES users (id),
    name TEXT NOT NULL,
    name_changed_at BIGINT NOT NULL,
    email TEXT,
    created_at BIGINT NOT NULL
);

-- The meetings still to be gone through: of one that `is_whole` nothing stays (its row is
-- gone already), of another the name in its transcript goes.
CREATE TABLE erasure_meetings (
    user_id TEXT NOT NULL REFERENCES erasures (user_id),
    meeting_id TEXT NOT NULL,
    is_whole BOOLEAN NOT NULL,
    PRIMARY KEY (user_id, meeting_id)
);

-- A page of connections is two ordered halves: those one began, and those offered to one.
CREATE INDEX connections_begun ON connections (initiator_id, id);
CREATE INDEX connections_offered ON connections (recipient_id, id);
