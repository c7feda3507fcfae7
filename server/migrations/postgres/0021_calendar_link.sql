-- Who reads their calendar by a link: of its secret the hash (SHA-256, hex) alone.
CREATE TABLE calendar_links (
    user_id TEXT PRIMARY KEY REFERENCES users (id),
    secret_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);
