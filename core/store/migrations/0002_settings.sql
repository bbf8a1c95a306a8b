-- What the operator set. Secrets are names here, never values.
CREATE TABLE setting (
    key     TEXT PRIMARY KEY,
    value   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE route (
    name            TEXT PRIMARY KEY,
    host            TEXT NOT NULL,
    port            INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
    tls             TEXT NOT NULL CHECK (tls IN ('none', 'opportunistic', 'starttls', 'implicit')),
    auth            TEXT NOT NULL CHECK (auth IN ('none', 'auto', 'plain', 'login', 'cram-md5', 'xoauth2')),
    user            TEXT NOT NULL DEFAULT '',
    secret          TEXT NOT NULL DEFAULT '',
    source_address  TEXT NOT NULL DEFAULT '',
    helo            TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- Which stream a delivery event belongs to: first rule that matches, in this order.
CREATE TABLE stream_rule (
    position    INTEGER PRIMARY KEY,
    stream      TEXT NOT NULL,
    field       TEXT NOT NULL CHECK (field IN ('sender', 'sender-domain', 'relay', 'source')),
    pattern     TEXT NOT NULL
) STRICT;
