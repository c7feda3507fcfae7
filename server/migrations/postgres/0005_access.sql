-- How a participant stands besides the role, and who may learn of a meeting.
ALTER TABLE participants ADD COLUMN status TEXT NOT NULL DEFAULT 'invited';
ALTER TABLE participants ADD COLUMN can_share BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE participants ADD COLUMN can_record BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE participants ADD COLUMN can_invite BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE participants SET status = 'joined' WHERE role = 'host';
ALTER TABLE meetings ADD COLUMN is_public BOOLEAN NOT NULL DEFAULT FALSE;
