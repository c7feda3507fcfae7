-- What privileged people changed, who was refused what, which sessions began. Rows
-- stay as they are for a year; only the count of like refusals within one minute
-- (`flood` names them) goes up.
CREATE TABLE audit_logs (
    id TEXT PRIMARY KEY,
    actor_id TEXT,
    session_id TEXT,
    type TEXT NOT NULL,
    resource TEXT NOT NULL,
    action TEXT NOT NULL,
    success BOOLEAN NOT NULL,
    reason TEXT,
    request_id TEXT NOT NULL,
    ip TEXT,
    user_agent TEXT,
    duration_ms BIGINT NOT NULL,
    changes TEXT NOT NULL,
    count BIGINT NOT NULL,
    flood TEXT UNIQUE,
    created_at BIGINT NOT NULL
);
CREATE INDEX audit_logs_actor ON audit_logs (actor_id, id);
CREATE INDEX audit_logs_resource ON audit_logs (resource, id);
CREATE INDEX audit_logs_action ON audit_logs (action, id);

CREATE FUNCTION audit_logs_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.flood IS NULL OR NEW.count < OLD.count
        OR to_jsonb(NEW) - 'count' IS DISTINCT FROM to_jsonb(OLD) - 'count' THEN
        RAISE EXCEPTION 'audit_logs is append-only';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_logs_stay BEFORE UPDATE ON audit_logs
    FOR EACH ROW EXECUTE FUNCTION audit_logs_stay();

CREATE FUNCTION audit_logs_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE'
        OR OLD.created_at > (extract(epoch FROM now()) - 365 * 86400) * 1000 THEN
        RAISE EXCEPTION 'audit_logs is kept for a year';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER audit_logs_kept BEFORE DELETE ON audit_logs
    FOR EACH ROW EXECUTE FUNCTION audit_logs_kept();
CREATE TRIGGER audit_logs_whole BEFORE TRUNCATE ON audit_logs
    FOR EACH STATEMENT EXECUTE FUNCTION audit_logs_kept();

-- The answers of calls that may be sent again, for a day.
CREATE TABLE idempotency_keys (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    status BIGINT NOT NULL,
    response TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- What was used of the rate table, written behind: the bucket that began at
-- `began_at` and the one before it.
CREATE TABLE rate_limits (
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    used_before BIGINT NOT NULL,
    used_now BIGINT NOT NULL,
    PRIMARY KEY (action, subject)
);
CREATE INDEX rate_limits_age ON rate_limits (began_at);
