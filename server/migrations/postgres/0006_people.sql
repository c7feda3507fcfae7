-- `own_name` when the person chose the name themselves: then news of the provider of
-- sign-in leave it. `erased_at` when they deleted their account: nothing but the id is
-- theirs any more.
ALTER TABLE users ADD COLUMN own_name BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE users ADD COLUMN timezone TEXT;
ALTER TABLE users ADD COLUMN language TEXT;
ALTER TABLE users ADD COLUMN avatar_url TEXT;
ALTER TABLE users ADD COLUMN notification_settings TEXT;
ALTER TABLE users ADD COLUMN erased_at BIGINT;
CREATE INDEX users_erased ON users (id) WHERE erased_at IS NOT NULL;

-- `fields` is the profile as JSON: no query looks into it.
CREATE TABLE profiles (
    user_id TEXT PRIMARY KEY REFERENCES users (id),
    fields TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE interests (
    slug TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    parent TEXT REFERENCES interests (slug),
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    usage_count BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE user_interests (
    user_id TEXT NOT NULL REFERENCES users (id),
    slug TEXT NOT NULL REFERENCES interests (slug),
    proficiency TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, slug)
);
CREATE INDEX user_interests_by_slug ON user_interests (slug, user_id);

-- In the state `blocked` the initiator is who blocks, and there is nothing else
-- between the two but a block the other way.
CREATE TABLE connections (
    id TEXT PRIMARY KEY,
    initiator_id TEXT NOT NULL REFERENCES users (id),
    recipient_id TEXT NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    message TEXT,
    requested_at BIGINT NOT NULL,
    responded_at BIGINT,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX connections_once ON connections (initiator_id, recipient_id, kind);
CREATE INDEX connections_of_recipient ON connections (recipient_id, initiator_id);

-- What somebody said, for their export and their deletion.
CREATE INDEX transcript_chunks_of_speaker ON transcript_chunks (speaker_user_id, meeting_id, sequence)
    WHERE speaker_user_id IS NOT NULL;
