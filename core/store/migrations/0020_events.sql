-- Reply events, their roll-ups and what an import knows. Times are UTC milliseconds, hours are hours since 1970.
-- `class` is category * 8 + outcome (the enums of reply/event.h; their values never change).

-- Provider, domain, stream, addresses, hosts: every name once. 0 stands for the empty name.
CREATE TABLE event_name (
    id    INTEGER PRIMARY KEY,
    kind  INTEGER NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (kind, value)
) STRICT;

CREATE TABLE event_template (
    id   INTEGER PRIMARY KEY,
    key  TEXT NOT NULL UNIQUE,
    text TEXT NOT NULL
) STRICT;

-- Every distinct reply with its verdict. `text` has a byte 1 where a variable part (a queue id, an address) stood;
-- the parts are with the event.
CREATE TABLE event_reply (
    id           INTEGER PRIMARY KEY,
    hash         INTEGER NOT NULL,
    text         TEXT NOT NULL,
    sample       TEXT NOT NULL,
    code         INTEGER NOT NULL,
    enhanced     TEXT NOT NULL,
    stage        INTEGER NOT NULL,
    provider     INTEGER NOT NULL,
    category     INTEGER NOT NULL,
    outcome      INTEGER NOT NULL,
    cause        INTEGER NOT NULL,
    permanence   INTEGER NOT NULL,
    action       TEXT NOT NULL,
    rule         TEXT NOT NULL,
    rule_version INTEGER NOT NULL,
    span_start   INTEGER NOT NULL,
    span_length  INTEGER NOT NULL,
    template     INTEGER NOT NULL
) STRICT;
CREATE INDEX event_reply_hash ON event_reply(hash);

-- Up to 16384 events in one value, column by column (event_segment.h). Append-only, without any index but its key: rows of
-- their own would cost most of an import's time. Extents in time let a query skip what it does not touch.
CREATE TABLE event_segment (
    first  INTEGER PRIMARY KEY,
    last   INTEGER NOT NULL,
    min_at INTEGER NOT NULL,
    max_at INTEGER NOT NULL,
    data   BLOB NOT NULL
) STRICT;
CREATE TABLE event_counter (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO event_counter VALUES ('message', 1);

-- provider, domain, stream, sending IP, class -> events, messages, firsts, latency sketch: all of one hour (rollup_hour.h).
CREATE TABLE rollup_hour (
    hour INTEGER PRIMARY KEY,
    data BLOB NOT NULL
) STRICT;
CREATE TABLE rollup_hour_class (
    hour     INTEGER NOT NULL,
    class    INTEGER NOT NULL,
    events   INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    firsts   INTEGER NOT NULL,
    latency  BLOB NOT NULL,
    PRIMARY KEY (hour, class)
) STRICT, WITHOUT ROWID;
CREATE TABLE rollup_hour_provider (
    hour     INTEGER NOT NULL,
    provider INTEGER NOT NULL,
    class    INTEGER NOT NULL,
    events   INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    firsts   INTEGER NOT NULL,
    latency  BLOB NOT NULL,
    PRIMARY KEY (hour, provider, class)
) STRICT, WITHOUT ROWID;
CREATE TABLE rollup_hour_stream (
    hour   INTEGER NOT NULL,
    stream INTEGER NOT NULL,
    class  INTEGER NOT NULL,
    events INTEGER NOT NULL,
    PRIMARY KEY (hour, stream, class)
) STRICT, WITHOUT ROWID;
CREATE TABLE rollup_hour_template (
    hour     INTEGER NOT NULL,
    template INTEGER NOT NULL,
    provider INTEGER NOT NULL,
    class    INTEGER NOT NULL,
    events   INTEGER NOT NULL,
    PRIMARY KEY (hour, template, provider, class)
) STRICT, WITHOUT ROWID;
CREATE TABLE rollup_domain (
    domain INTEGER NOT NULL,
    class  INTEGER NOT NULL,
    events INTEGER NOT NULL,
    PRIMARY KEY (domain, class)
) STRICT, WITHOUT ROWID;
CREATE TABLE reply_group (
    template   INTEGER NOT NULL,
    provider   INTEGER NOT NULL,
    class      INTEGER NOT NULL,
    events     INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    PRIMARY KEY (template, provider, class)
) STRICT, WITHOUT ROWID;

-- One row for one log by its content: renamed, rotated, compressed or copied, it is the same log.
CREATE TABLE import_file (
    id        INTEGER PRIMARY KEY,
    format    TEXT NOT NULL,
    path      TEXT NOT NULL,
    head_hash INTEGER NOT NULL,
    head      BLOB NOT NULL,
    tail      BLOB NOT NULL,
    position  INTEGER NOT NULL,
    records   INTEGER NOT NULL,
    events    INTEGER NOT NULL,
    rejected  INTEGER NOT NULL,
    refusals  INTEGER NOT NULL,
    last_at   INTEGER NOT NULL,
    updated   INTEGER NOT NULL
) STRICT;
CREATE INDEX import_file_head ON import_file(head_hash);
-- Messages whose end has not been seen yet.
CREATE TABLE import_join (
    key   TEXT PRIMARY KEY,
    state BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE import_rejected (
    id     INTEGER PRIMARY KEY,
    file   INTEGER NOT NULL,
    pos    INTEGER NOT NULL,
    length INTEGER NOT NULL,
    reason TEXT NOT NULL,
    bytes  BLOB NOT NULL
) STRICT;
-- What our own server refused: kept, and never counted as an event.
CREATE TABLE import_refusal (
    id        INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    file      INTEGER NOT NULL,
    pos       INTEGER NOT NULL,
    length    INTEGER NOT NULL,
    client    TEXT NOT NULL,
    sender    TEXT NOT NULL,
    recipient TEXT NOT NULL,
    text      TEXT NOT NULL
) STRICT;
