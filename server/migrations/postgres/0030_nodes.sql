-- More than one server over one database. Times of this file's tables are the database's
-- own: clocks of nodes differ.

-- Who is alive: each says so every few seconds.
CREATE TABLE nodes (
    node_id TEXT PRIMARY KEY,
    seen_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- What one node at a time does.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    node_id TEXT NOT NULL,
    until BIGINT NOT NULL
);

-- Who is in which meeting, by the node that they are connected to.
CREATE TABLE node_people (
    node_id TEXT NOT NULL,
    meeting_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, user_id, node_id)
);
CREATE INDEX node_people_of_node ON node_people (node_id);

-- The journal of revocations: whatever may end somebody's rights, in the transaction that
-- does it. `xid` tells what a reader may not have seen yet: transactions commit in another
-- order than they began. Kept for minutes.
CREATE TABLE access_journal (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    kind TEXT NOT NULL,
    meeting_id TEXT,
    user_id TEXT,
    session_id TEXT,
    created_at BIGINT NOT NULL
        DEFAULT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT
);
CREATE INDEX access_journal_by_xid ON access_journal (xid);
CREATE INDEX access_journal_by_age ON access_journal (created_at);

CREATE FUNCTION journal_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO access_journal (kind, meeting_id, user_id)
    VALUES ('member', OLD.meeting_id, OLD.user_id);
    RETURN NULL;
END $$;
CREATE TRIGGER participants_changed AFTER UPDATE ON participants FOR EACH ROW
    WHEN (OLD.user_id IS NOT NULL
        AND (OLD.role, OLD.status, OLD.user_id, OLD.can_share, OLD.can_record, OLD.can_invite)
            IS DISTINCT FROM
            (NEW.role, NEW.status, NEW.user_id, NEW.can_share, NEW.can_record, NEW.can_invite))
    EXECUTE FUNCTION journal_member();
CREATE TRIGGER participants_removed AFTER DELETE ON participants FOR EACH ROW
    WHEN (OLD.user_id IS NOT NULL) EXECUTE FUNCTION journal_member();

CREATE FUNCTION journal_meeting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO access_journal (kind, meeting_id) VALUES ('meeting', OLD.id);
    RETURN NULL;
END $$;
CREATE TRIGGER meetings_changed AFTER UPDATE ON meetings FOR EACH ROW
    WHEN ((OLD.state, OLD.organizer_id, OLD.org_id, OLD.is_public, OLD.ended_at)
        IS DISTINCT FROM
        (NEW.state, NEW.organizer_id, NEW.org_id, NEW.is_public, NEW.ended_at))
    EXECUTE FUNCTION journal_meeting();
CREATE TRIGGER meetings_removed AFTER DELETE ON meetings FOR EACH ROW
    EXECUTE FUNCTION journal_meeting();

CREATE FUNCTION journal_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO access_journal (kind, user_id) VALUES ('person', OLD.id);
    RETURN NULL;
END $$;
CREATE TRIGGER users_changed AFTER UPDATE ON users FOR EACH ROW
    WHEN ((OLD.is_active, OLD.deleted_at IS NULL) IS DISTINCT FROM
        (NEW.is_active, NEW.deleted_at IS NULL))
    EXECUTE FUNCTION journal_person();

CREATE FUNCTION journal_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO access_journal (kind, user_id, session_id)
    VALUES ('session', OLD.user_id, OLD.sid);
    RETURN NULL;
END $$;
CREATE TRIGGER sessions_revoked AFTER UPDATE ON sessions FOR EACH ROW
    WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL)
    EXECUTE FUNCTION journal_session();
