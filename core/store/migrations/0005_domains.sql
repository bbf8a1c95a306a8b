-- Domains the operator watches, and what each inspection of them found.
CREATE TABLE domain (
    name        TEXT PRIMARY KEY,
    selectors   TEXT NOT NULL DEFAULT '',
    added       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE inspection (
    id              INTEGER PRIMARY KEY,
    domain          TEXT NOT NULL REFERENCES domain(name) ON DELETE CASCADE,
    at              INTEGER NOT NULL,
    errors          INTEGER NOT NULL,
    warnings        INTEGER NOT NULL,
    could_not_look  INTEGER NOT NULL,
    report          TEXT NOT NULL
) STRICT;
CREATE INDEX inspection_domain ON inspection(domain, at);

CREATE TABLE inspection_finding (
    inspection  INTEGER NOT NULL REFERENCES inspection(id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    finding     TEXT NOT NULL,
    severity    TEXT NOT NULL,
    subject     TEXT NOT NULL,
    PRIMARY KEY (inspection, position)
) STRICT, WITHOUT ROWID;
