-- How an inspection differs from all that was known before it; stored with it, so that lists need not compare reports.
CREATE TABLE inspection_change (
    inspection  INTEGER NOT NULL REFERENCES inspection(id) ON DELETE CASCADE,
    position    INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    what        TEXT NOT NULL,
    old_value   TEXT NOT NULL,
    new_value   TEXT NOT NULL,
    severity    TEXT NOT NULL,
    trend       TEXT NOT NULL,
    changed_at  INTEGER NOT NULL,
    PRIMARY KEY (inspection, position)
) STRICT, WITHOUT ROWID;

-- DKIM selectors of domains, and how each became known.
CREATE TABLE domain_selector (
    domain      TEXT NOT NULL,
    selector    TEXT NOT NULL,
    origin      TEXT NOT NULL CHECK (origin IN ('given', 'message', 'seed', 'report', 'rotation')),
    first_seen  INTEGER NOT NULL,
    last_seen   INTEGER NOT NULL,
    PRIMARY KEY (domain, selector, origin)
) STRICT, WITHOUT ROWID;
