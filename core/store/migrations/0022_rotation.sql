-- DKIM key rotations. The private key is a name in the secret store; `public_key` is what is published.
CREATE TABLE rotation (
    id              TEXT PRIMARY KEY,
    domain          TEXT NOT NULL,
    old_selector    TEXT NOT NULL,
    new_selector    TEXT NOT NULL,
    algorithm       TEXT NOT NULL,
    public_key      BLOB NOT NULL,
    secret          TEXT NOT NULL,
    keep_old_days   INTEGER NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('publish', 'waiting', 'switch', 'keep-old', 'retire', 'done', 'abandoned')),
    created         INTEGER NOT NULL,
    retire_after    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX rotation_domain ON rotation(domain, created);

CREATE TABLE rotation_event (
    rotation    TEXT NOT NULL REFERENCES rotation(id),
    position    INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    actor       TEXT NOT NULL,
    state       TEXT NOT NULL,
    text        TEXT NOT NULL,
    PRIMARY KEY (rotation, position)
) STRICT, WITHOUT ROWID;
-- The timeline is a record: it is added to and never changed.
CREATE TRIGGER rotation_event_no_update BEFORE UPDATE ON rotation_event
BEGIN SELECT RAISE(ABORT, 'the timeline is append-only'); END;
CREATE TRIGGER rotation_event_no_delete BEFORE DELETE ON rotation_event
BEGIN SELECT RAISE(ABORT, 'the timeline is append-only'); END;

-- What the authoritative servers showed at the last check.
CREATE TABLE rotation_server (
    rotation    TEXT NOT NULL REFERENCES rotation(id),
    position    INTEGER NOT NULL,
    name        TEXT NOT NULL,
    address     TEXT NOT NULL,
    seen        TEXT NOT NULL,
    text        TEXT NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (rotation, position)
) STRICT, WITHOUT ROWID;
