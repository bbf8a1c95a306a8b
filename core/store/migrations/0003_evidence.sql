-- DNS answers as they came. One row of dns_answer is one distinct answer (same question, outcome and
-- records), with the time it was first and last seen; dns_lookup is one row per question asked.
CREATE TABLE dns_answer (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL,
    type        INTEGER NOT NULL,
    hash        BLOB NOT NULL,
    status      INTEGER NOT NULL,
    rcode       INTEGER NOT NULL,
    records     TEXT NOT NULL,
    text        TEXT NOT NULL,
    first_seen  INTEGER NOT NULL,
    last_seen   INTEGER NOT NULL,
    UNIQUE (name, type, hash)
) STRICT;
CREATE TABLE dns_lookup (
    id              INTEGER PRIMARY KEY,
    name            TEXT NOT NULL,
    type            INTEGER NOT NULL,
    at              INTEGER NOT NULL,
    answer          INTEGER NOT NULL REFERENCES dns_answer(id),
    ttl             INTEGER,
    took            INTEGER NOT NULL,
    server          TEXT NOT NULL,
    transport       INTEGER NOT NULL,
    authenticated   INTEGER NOT NULL,
    authoritative   INTEGER NOT NULL,
    truncated       INTEGER NOT NULL,
    raw             BLOB NOT NULL
) STRICT;
CREATE INDEX dns_lookup_question ON dns_lookup(name, type, at, id);
CREATE INDEX dns_lookup_answer ON dns_lookup(answer);

-- Conversations, deflated.
CREATE TABLE transcript (
    id      TEXT PRIMARY KEY,
    kind    TEXT NOT NULL,
    peer    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    size    INTEGER NOT NULL,
    body    BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX transcript_at ON transcript(at);
