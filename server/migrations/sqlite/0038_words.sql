-- By which version of the words (`connvo_core::search::token::VERSION`) everything is
-- indexed, and which document is the last that is so by the next.
CREATE TABLE search_standing (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    version BIGINT NOT NULL,
    after_id BIGINT NOT NULL
);
INSERT INTO search_standing (one, version, after_id) VALUES (1, 1, 0);
