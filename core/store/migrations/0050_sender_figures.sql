-- What providers tell a sender about himself (SNDS, Postmaster Tools, feedback loops): one figure of one subject for one
-- time. Rates are 0 to 1, low and high are equal for an exact number; NULL: the figure is words.
CREATE TABLE sender_figure (
    subject  TEXT NOT NULL,
    source   TEXT NOT NULL,
    metric   TEXT NOT NULL,
    from_at  INTEGER NOT NULL,
    to_at    INTEGER NOT NULL,
    low      REAL,
    high     REAL,
    text     TEXT NOT NULL,
    file     TEXT NOT NULL,
    imported INTEGER NOT NULL,
    PRIMARY KEY (subject, source, metric, from_at, to_at)
) STRICT, WITHOUT ROWID;
