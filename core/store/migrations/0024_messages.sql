-- Messages of the lab, whole and deflated, with how they came and what was found. `judged` and `again` are times: DNS as
-- of then. The answers themselves are in dns_lookup.
CREATE TABLE message (
    id           TEXT NOT NULL UNIQUE,
    title        TEXT NOT NULL,
    sender       TEXT NOT NULL,
    source       TEXT NOT NULL,
    added        INTEGER NOT NULL,
    ip           TEXT NOT NULL,
    helo         TEXT NOT NULL,
    mail_from    TEXT NOT NULL,
    headers_only INTEGER NOT NULL,
    job          TEXT NOT NULL DEFAULT '',
    judged       INTEGER,
    again        INTEGER,
    verdict      TEXT NOT NULL DEFAULT '',
    state        INTEGER NOT NULL DEFAULT 4,
    report       TEXT NOT NULL DEFAULT '',
    size         INTEGER NOT NULL,
    body         BLOB NOT NULL
) STRICT;
CREATE INDEX message_added ON message(added);

-- What a seed mailbox held, whole and deflated, where it was small enough to be fetched.
CREATE TABLE seed_message (
    run  TEXT NOT NULL REFERENCES placement_run(id) ON DELETE CASCADE,
    seed TEXT NOT NULL,
    size INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (run, seed)
) STRICT, WITHOUT ROWID;
