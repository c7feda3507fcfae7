-- `removed_at` when the provider of sign-in removed it; `provider_updated_at` is that
-- provider's own time of what is known of it; `summary_at` the billing service's own
-- time of the last full set of what it grants.
CREATE TABLE orgs (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    workos_id TEXT UNIQUE,
    billing_customer TEXT UNIQUE,
    provider_updated_at BIGINT,
    summary_at BIGINT,
    removed_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- A membership that ended stays as a row, so that older news of it are known as such.
CREATE TABLE org_memberships (
    org_id TEXT NOT NULL REFERENCES orgs (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    role TEXT NOT NULL,
    provider_updated_at BIGINT,
    removed_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, user_id)
);
CREATE INDEX org_memberships_of_user ON org_memberships (user_id, org_id);

-- One an organisation; `event_at` is the billing service's own time of the last event.
CREATE TABLE subscriptions (
    org_id TEXT PRIMARY KEY REFERENCES orgs (id),
    plan TEXT NOT NULL,
    status TEXT NOT NULL,
    past_due_since BIGINT,
    period_end BIGINT,
    provider_id TEXT NOT NULL,
    event_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- What an organisation has beside its plan. `source` is `billing` or `operator`: the
-- later in the alphabet holds. `value` is 0 or 1 for a feature, a size for a limit.
CREATE TABLE entitlements (
    org_id TEXT NOT NULL REFERENCES orgs (id),
    key TEXT NOT NULL,
    source TEXT NOT NULL,
    value BIGINT NOT NULL,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, source, key)
);

ALTER TABLE meetings ADD COLUMN org_id TEXT REFERENCES orgs (id);

-- `definition` is the flag as JSON: no query looks into it.
CREATE TABLE feature_flags (
    key TEXT PRIMARY KEY,
    definition TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
