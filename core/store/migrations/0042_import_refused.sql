-- Files and members of archives that could not be read at all, each with its reason; asked again it stays one.
CREATE TABLE import_refused (
    id     INTEGER PRIMARY KEY,
    path   TEXT NOT NULL,
    reason TEXT NOT NULL,
    bytes  BLOB NOT NULL, -- how it begins
    at     INTEGER NOT NULL,
    UNIQUE (path, reason)
) STRICT;
