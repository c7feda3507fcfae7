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

-- What the provider of sign-in calls somebody who deleted their account, as a hash alone:
-- its late news make nobody new of them.
ALTER TABLE users ADD COLUMN erased_subject_hash TEXT;
CREATE INDEX users_erased_subject ON users (erased_subject_hash)
    WHERE erased_subject_hash IS NOT NULL;
