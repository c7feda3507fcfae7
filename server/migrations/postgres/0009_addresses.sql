-- A verified address belongs to one person at a time: of several the one told of last.
UPDATE users SET email = NULL WHERE email IS NOT NULL AND EXISTS (
    SELECT 1 FROM users other WHERE other.email = users.email
        AND (COALESCE(other.provider_updated_at, 0), other.updated_at, other.id)
            > (COALESCE(users.provider_updated_at, 0), users.updated_at, users.id));
DROP INDEX users_email;
CREATE UNIQUE INDEX users_email ON users (email);

-- Whose rows carry an address that has a new owner.
CREATE INDEX participants_of_email ON participants (email);
