-- When somebody first came into the meeting: before that an invited address tells nobody
-- who has it. And who invited: whom a block keeps apart from them is not reached.
ALTER TABLE participants ADD COLUMN joined_at BIGINT;
ALTER TABLE participants ADD COLUMN invited_by TEXT REFERENCES users (id);
UPDATE participants SET joined_at = created_at
    WHERE status IN ('accepted', 'joined', 'left')
        OR EXISTS (SELECT 1 FROM note_clients n
            WHERE n.meeting_id = participants.meeting_id AND n.user_id = participants.user_id);
UPDATE participants
    SET invited_by = (SELECT organizer_id FROM meetings m WHERE m.id = participants.meeting_id)
    WHERE role <> 'host';
