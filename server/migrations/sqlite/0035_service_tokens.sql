-- Programs that send a meeting's transcript: of each one's secret the hash (SHA-256, hex)
-- alone.
CREATE TABLE service_tokens (
    id TEXT PRIMARY KEY,
    meeting_id TEXT NOT NULL REFERENCES meetings (id),
    name TEXT NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE,
    created_by TEXT NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT
);
CREATE INDEX service_tokens_of_meeting ON service_tokens (meeting_id);
CREATE INDEX service_tokens_of_maker ON service_tokens (created_by);
