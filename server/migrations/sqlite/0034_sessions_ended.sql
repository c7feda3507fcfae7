-- What no note's epoch is less than: it changes with the store's, when a backup is restored.
ALTER TABLE store_meta ADD COLUMN note_epoch BIGINT NOT NULL DEFAULT 1;

-- The sweep finds by it what has ended.
CREATE INDEX sessions_ended ON sessions (COALESCE(revoked_at, expires_at));
