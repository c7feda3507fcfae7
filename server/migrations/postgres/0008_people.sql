-- When somebody was last heard of: written behind, at most once a minute.
ALTER TABLE users ADD COLUMN last_seen_at BIGINT;

-- What is counted of a person, so that a profile is one read. A meeting counts once it
-- has ended, for who had joined it, wrote in its note or is heard in its transcript;
-- `average_rating` waits for ratings. `fields` of who has said nothing is `{}`.
ALTER TABLE profiles ADD COLUMN meeting_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE profiles ADD COLUMN connection_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE profiles ADD COLUMN average_rating DOUBLE PRECISION;

-- The meetings that both took part in, ended while they stood so; the end of the last.
ALTER TABLE connections ADD COLUMN meeting_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE connections ADD COLUMN last_interaction_at BIGINT;

-- Whether an ended meeting was added to those counts.
ALTER TABLE meetings ADD COLUMN is_counted BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX meetings_uncounted ON meetings (id) WHERE state = 'concluded' AND NOT is_counted;
CREATE INDEX meetings_running ON meetings (id) WHERE state = 'active';

-- Meetings that ended before are found by the index, and counted by the server.
INSERT INTO profiles (user_id, fields, connection_count, created_at, updated_at)
    SELECT u.id, '{}', COUNT(*), u.updated_at, u.updated_at
    FROM users u JOIN connections c ON u.id IN (c.initiator_id, c.recipient_id)
    WHERE c.state = 'accepted' AND c.kind <> 'follow' AND u.deleted_at IS NULL
    GROUP BY u.id, u.updated_at
    ON CONFLICT (user_id) DO UPDATE SET connection_count = excluded.connection_count;

-- Where requests came from goes before the rows do.
CREATE INDEX audit_logs_placed ON audit_logs (id) WHERE ip IS NOT NULL OR user_agent IS NOT NULL;

-- As before, with one exception: where a request came from may be forgotten, of who
-- deleted their account at once, of everybody after 90 days (one is left for clocks).
CREATE OR REPLACE FUNCTION audit_logs_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.count < OLD.count OR NEW.count <> OLD.count AND OLD.flood IS NULL
        OR to_jsonb(NEW) - ARRAY['count', 'ip', 'user_agent', 'flood']
            IS DISTINCT FROM to_jsonb(OLD) - ARRAY['count', 'ip', 'user_agent', 'flood']
        OR (NEW.ip, NEW.user_agent, NEW.flood)
            IS DISTINCT FROM (OLD.ip, OLD.user_agent, OLD.flood)
            AND NOT (NEW.ip IS NULL AND NEW.user_agent IS NULL AND NEW.flood IS NULL
                AND (OLD.created_at < (extract(epoch FROM now()) - 89 * 86400) * 1000
                    OR OLD.actor_id IN (SELECT id FROM users WHERE erased_at IS NOT NULL)))
    THEN
        RAISE EXCEPTION 'audit_logs is append-only';
    END IF;
    RETURN NEW;
END $$;
