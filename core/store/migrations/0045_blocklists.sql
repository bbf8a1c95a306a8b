-- Targets that are watched on DNS lists.
CREATE TABLE list_target (
    target      TEXT PRIMARY KEY,
    kind        TEXT NOT NULL CHECK (kind IN ('ipv4', 'ipv6', 'domain', 'email')),
    role        TEXT NOT NULL,
    origin      TEXT NOT NULL,
    added       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Every look at a target on a list, with the bytes that came; a key in the name is overwritten.
CREATE TABLE list_observation (
    id          INTEGER PRIMARY KEY,
    target      TEXT NOT NULL,
    list        TEXT NOT NULL,
    at          INTEGER NOT NULL,
    status      TEXT NOT NULL,
    reason      TEXT NOT NULL,
    answer      TEXT NOT NULL,
    meaning     TEXT NOT NULL,
    welcome     INTEGER NOT NULL,
    score       INTEGER,
    asked       TEXT NOT NULL,
    dns         TEXT NOT NULL,
    txt         TEXT NOT NULL,
    ttl         INTEGER,
    server      TEXT NOT NULL,
    took        INTEGER NOT NULL,
    raw         BLOB NOT NULL,
    raw_txt     BLOB NOT NULL
) STRICT;
CREATE INDEX list_observation_cell ON list_observation(target, list, at, id);
CREATE INDEX list_observation_at ON list_observation(at);

-- The same as intervals: a new one begins whenever status or answer differ from the look before.
CREATE TABLE list_period (
    target      TEXT NOT NULL,
    list        TEXT NOT NULL,
    first_seen  INTEGER NOT NULL,
    last_seen   INTEGER NOT NULL,
    status      TEXT NOT NULL,
    answer      TEXT NOT NULL,
    meaning     TEXT NOT NULL,
    looks       INTEGER NOT NULL,
    PRIMARY KEY (target, list, first_seen)
) STRICT, WITHOUT ROWID;

-- What is held to be true of a cell, and what was seen last.
CREATE TABLE list_cell (
    target       TEXT NOT NULL,
    list         TEXT NOT NULL,
    observation  INTEGER NOT NULL,
    status       TEXT NOT NULL,
    welcome      INTEGER NOT NULL,
    confirmed    INTEGER NOT NULL,
    hits         INTEGER NOT NULL,
    misses       INTEGER NOT NULL,
    since        INTEGER NOT NULL,
    first_hit    INTEGER NOT NULL,
    listed_since INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    holds_until  INTEGER NOT NULL,
    PRIMARY KEY (target, list)
) STRICT, WITHOUT ROWID;
CREATE INDEX list_cell_list ON list_cell(list, status);

-- Looks at the lists themselves: test points, wildcard, zone. family: ipv4, ipv6, domain, email.
CREATE TABLE list_health (
    id          INTEGER PRIMARY KEY,
    list        TEXT NOT NULL,
    family      TEXT NOT NULL,
    at          INTEGER NOT NULL,
    health      TEXT NOT NULL,
    finding     TEXT NOT NULL,
    instead     TEXT NOT NULL,
    probes      TEXT NOT NULL
) STRICT;
CREATE INDEX list_health_family ON list_health(list, family, at, id);

-- What was raised, cleared, or found unfit.
CREATE TABLE list_change (
    id          INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL,
    target      TEXT NOT NULL,
    list        TEXT NOT NULL,
    change      TEXT NOT NULL CHECK (change IN ('raised', 'cleared', 'unhealthy', 'healthy')),
    answer      TEXT NOT NULL,
    meaning     TEXT NOT NULL
) STRICT;
CREATE INDEX list_change_at ON list_change(at);

-- Questions sent for a list, by UTC day: its limits hold over restarts.
CREATE TABLE list_day (
    list        TEXT NOT NULL,
    day         INTEGER NOT NULL,
    questions   INTEGER NOT NULL,
    PRIMARY KEY (list, day)
) STRICT, WITHOUT ROWID;

-- Lists that the operator switched off.
CREATE TABLE list_off (
    list        TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
