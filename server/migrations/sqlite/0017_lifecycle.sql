-- What a meeting is planned to be. `tags` is one line a tag, between line ends, so that a
-- tag is found whole; `title_lower` is the title in lower case, to be searched in.
ALTER TABLE meetings ADD COLUMN description TEXT;
ALTER TABLE meetings ADD COLUMN kind TEXT NOT NULL DEFAULT 'scheduled';
ALTER TABLE meetings ADD COLUMN scheduled_at BIGINT;
ALTER TABLE meetings ADD COLUMN timezone TEXT;
ALTER TABLE meetings ADD COLUMN duration_minutes BIGINT;
ALTER TABLE meetings ADD COLUMN max_participants BIGINT;
ALTER TABLE meetings ADD COLUMN recording BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE meetings ADD COLUMN transcription BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE meetings ADD COLUMN ai_assistant BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE meetings ADD COLUMN transcription_paused BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE meetings ADD COLUMN tags TEXT NOT NULL DEFAULT '';
ALTER TABLE meetings ADD COLUMN requires_approval BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE meetings ADD COLUMN title_lower TEXT NOT NULL DEFAULT '';
UPDATE meetings SET title_lower = LOWER(title);

-- Of what repeats: the rule (RFC 5545), the series that it is one of, the first and (where
-- there is one) the last date of that. One meeting of a series at most is to come or runs;
-- the next is made when that one is over.
ALTER TABLE meetings ADD COLUMN rrule TEXT;
ALTER TABLE meetings ADD COLUMN series_id TEXT;
ALTER TABLE meetings ADD COLUMN series_starts_at BIGINT;
ALTER TABLE meetings ADD COLUMN series_ends_at BIGINT;
CREATE INDEX meetings_public ON meetings (id) WHERE is_public;

-- When somebody was there last, while they are not; whether the others knew them from the
-- meeting before in a series.
ALTER TABLE participants ADD COLUMN left_at BIGINT;
ALTER TABLE participants ADD COLUMN carried BOOLEAN NOT NULL DEFAULT FALSE;

-- Who waits to speak, by place.
CREATE TABLE speaker_queue (
    meeting_id TEXT NOT NULL REFERENCES meetings (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    place BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, user_id)
);
CREATE INDEX speaker_queue_of_user ON speaker_queue (user_id);
