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
) WITHOUT ROWID;
CREATE INDEX audit_logs_actor ON audit_logs (actor_id, id);
CREATE INDEX audit_logs_resource ON audit_logs (resource, id);
CREATE INDEX audit_logs_action ON audit_logs (action, id);

CREATE TRIGGER audit_logs_stay BEFORE UPDATE ON audit_logs
WHEN OLD.flood IS NULL OR NEW.count < OLD.count
    OR (NEW.id, NEW.type, NEW.resource, NEW.action, NEW.success, NEW.request_id,
        NEW.duration_ms, NEW.changes, NEW.created_at)
    <> (OLD.id, OLD.type, OLD.resource, OLD.action, OLD.success, OLD.request_id,
        OLD.duration_ms, OLD.changes, OLD.created_at)
    OR NEW.actor_id IS NOT OLD.actor_id OR NEW.session_id IS NOT OLD.session_id
    OR NEW.reason IS NOT OLD.reason OR NEW.ip IS NOT OLD.ip
    OR NEW.user_agent IS NOT OLD.user_agent OR NEW.flood IS NOT OLD.flood
BEGIN
    SELECT RAISE(ABORT, 'audit_logs is append-only');
END;

CREATE TRIGGER audit_logs_kept BEFORE DELETE ON audit_logs
WHEN OLD.created_at > (unixepoch() - 365 * 86400) * 1000
BEGIN
    SELECT RAISE(ABORT, 'audit_logs is kept for a year');
END;

-- The answers of calls that may be sent again, for a day.
CREATE TABLE idempotency_keys (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    status BIGINT NOT NULL,
    response TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
) WITHOUT ROWID;
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
) WITHOUT ROWID;
CREATE INDEX rate_limits_age ON rate_limits (began_at);
