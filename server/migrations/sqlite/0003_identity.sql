-- Whether a person may come in at all; `deleted_at` when their issuer removed them;
-- `provider_updated_at` is the issuer's own time of what is known of them.
ALTER TABLE users ADD COLUMN is_active BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE users ADD COLUMN deleted_at BIGINT;
ALTER TABLE users ADD COLUMN provider_updated_at BIGINT;

-- Sign-ins, by the issuer's id (`sid` of a token).
CREATE TABLE sessions (
    sid TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    expires_at BIGINT,
    revoked_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id, created_at);

-- Events that were taken: each has its effect once.
CREATE TABLE webhook_events (
    provider TEXT NOT NULL,
    event_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (provider, event_id)
);
CREATE INDEX webhook_events_by_age ON webhook_events (created_at);
