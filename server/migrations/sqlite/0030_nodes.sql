-- More than one server over one database is PostgreSQL's: here the tables stay empty, so
-- that both databases have the same.
CREATE TABLE nodes (
    node_id TEXT PRIMARY KEY,
    seen_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    node_id TEXT NOT NULL,
    until BIGINT NOT NULL
);
CREATE TABLE node_people (
    node_id TEXT NOT NULL,
    meeting_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, user_id, node_id)
);
CREATE INDEX node_people_of_node ON node_people (node_id);
CREATE TABLE access_journal (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    meeting_id TEXT,
    user_id TEXT,
    session_id TEXT,
    created_at BIGINT NOT NULL
);
