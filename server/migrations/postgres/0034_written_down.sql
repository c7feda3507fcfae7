-- What no note's epoch is less than: it changes with the store's, when a backup is restored.
ALTER TABLE store_meta ADD COLUMN note_epoch BIGINT NOT NULL DEFAULT 1;

-- safe: INDEX, because a row is a sign-in of the last weeks: a million are read in about a
-- second, in which those who sign in wait. The sweep finds what has ended by it.
CREATE INDEX sessions_ended ON sessions (COALESCE(revoked_at, expires_at));

-- Whether a meeting is written down is part of what its people may, too: who pauses the
-- transcript at one node is heard of at each within a second, with the bus or without.
CREATE TRIGGER meetings_written_down AFTER UPDATE OF transcription, transcription_paused
    ON meetings FOR EACH ROW
    WHEN ((OLD.transcription, OLD.transcription_paused)
        IS DISTINCT FROM (NEW.transcription, NEW.transcription_paused))
    EXECUTE FUNCTION journal_meeting();
