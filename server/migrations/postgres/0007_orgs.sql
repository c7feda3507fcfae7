-- Who is asked to belong to an organisation, by address: until they accept nothing else is
-- known of them. Then the row becomes a membership.
CREATE TABLE org_invitations (
    org_id TEXT NOT NULL REFERENCES orgs (id),
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, email)
);
CREATE INDEX org_invitations_of_email ON org_invitations (email, org_id);
