-- Every subscription that the billing service tells of, by its own id. `subscriptions` has
-- the one of them that gives the organisation most.
CREATE TABLE billing_subscriptions (
    org_id TEXT NOT NULL REFERENCES orgs (id),
    provider_id TEXT NOT NULL,
    plan TEXT NOT NULL,
    status TEXT NOT NULL,
    past_due_since BIGINT,
    period_end BIGINT,
    event_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, provider_id)
);
INSERT INTO billing_subscriptions
    SELECT org_id, provider_id, plan, status, past_due_since, period_end, event_at,
        created_at, updated_at FROM subscriptions;
