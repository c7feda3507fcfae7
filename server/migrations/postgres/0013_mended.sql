-- For how many days an organisation is shown its transcript, as the sweep found it;
-- `ended_at` when it found fewer. Only then does what is hidden begin to wait for its end.
CREATE TABLE transcript_retentions (
    org_id TEXT NOT NULL REFERENCES orgs (id),
    days BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (org_id, days)
);

-- Which of several subscriptions gives most depends on the time: it is found when it is
-- asked for, among all that the billing service tells of.
DROP TABLE subscriptions;
