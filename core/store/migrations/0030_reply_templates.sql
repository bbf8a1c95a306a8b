-- What the operator decided about reply templates. The groups themselves are counted in reply_group.

-- A name for a template, whatever the provider.
CREATE TABLE template_name (
    template INTEGER PRIMARY KEY,
    name     TEXT NOT NULL
) STRICT;

-- State of one group: template and provider. No row: new or known, by the time it was first seen.
CREATE TABLE template_state (
    template    INTEGER NOT NULL,
    provider    INTEGER NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('known', 'resolved', 'muted')),
    at          INTEGER NOT NULL,
    muted_until INTEGER,
    PRIMARY KEY (template, provider)
) STRICT, WITHOUT ROWID;

-- Templates that are shown as one: `into_template` is never itself merged.
CREATE TABLE template_merge (
    template      INTEGER PRIMARY KEY,
    into_template INTEGER NOT NULL
) STRICT;
CREATE INDEX template_merge_into ON template_merge(into_template);

-- Replies of `template` whose text holds `contains` (without regard to case) belong to `part`.
CREATE TABLE template_split (
    id       INTEGER PRIMARY KEY,
    template INTEGER NOT NULL,
    contains TEXT NOT NULL,
    part     INTEGER NOT NULL,
    UNIQUE (template, contains)
) STRICT;
