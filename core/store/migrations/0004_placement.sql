-- Seeds and seed tests. A seed's password is a name in the secret store.
CREATE TABLE seed_list (
    id      TEXT PRIMARY KEY,
    name    TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE seed (
    list        TEXT NOT NULL REFERENCES seed_list(id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    address     TEXT NOT NULL,
    provider    TEXT NOT NULL,
    imap_host   TEXT NOT NULL,
    imap_port   INTEGER NOT NULL CHECK (imap_port BETWEEN 1 AND 65535),
    tls         TEXT NOT NULL,
    auth        TEXT NOT NULL DEFAULT '',
    user        TEXT NOT NULL,
    secret      TEXT NOT NULL,
    enabled     INTEGER NOT NULL,
    PRIMARY KEY (list, position),
    UNIQUE (list, address)
) STRICT, WITHOUT ROWID;

-- A run outlives its list and its route: what it used is copied.
CREATE TABLE placement_run (
    id          TEXT PRIMARY KEY,
    name        TEXT NOT NULL,
    list        TEXT NOT NULL,
    route       TEXT NOT NULL,
    token       TEXT NOT NULL,
    state       TEXT NOT NULL,
    text        TEXT NOT NULL DEFAULT '',
    spec        TEXT NOT NULL,
    message     BLOB NOT NULL,
    started     INTEGER NOT NULL,
    finished    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX placement_run_started ON placement_run(started);

CREATE TABLE placement_result (
    run             TEXT NOT NULL REFERENCES placement_run(id) ON DELETE CASCADE,
    seed            TEXT NOT NULL,
    provider        TEXT NOT NULL,
    state           TEXT NOT NULL,
    folder          TEXT NOT NULL DEFAULT '',
    text            TEXT NOT NULL DEFAULT '',
    detail          TEXT NOT NULL DEFAULT '',
    category        TEXT NOT NULL DEFAULT '',
    message_key     TEXT NOT NULL DEFAULT '',
    sent_at         INTEGER,
    found_at        INTEGER,
    latency         INTEGER,
    headers         BLOB,
    smtp_transcript TEXT NOT NULL DEFAULT '',
    imap_transcript TEXT NOT NULL DEFAULT '',
    updated         INTEGER NOT NULL,
    PRIMARY KEY (run, seed)
) STRICT, WITHOUT ROWID;
