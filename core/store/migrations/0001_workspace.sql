-- What happened, who did it, and the jobs that did it. Times are UTC milliseconds.
CREATE TABLE activity (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    kind    TEXT NOT NULL,
    object  TEXT NOT NULL,
    text    TEXT NOT NULL,
    detail  TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX activity_object ON activity(object, id);
-- The record is append-only for everybody, ourselves included.
CREATE TRIGGER activity_no_update BEFORE UPDATE ON activity
BEGIN SELECT RAISE(ABORT, 'activity is append-only'); END;
CREATE TRIGGER activity_no_delete BEFORE DELETE ON activity
BEGIN SELECT RAISE(ABORT, 'activity is append-only'); END;

CREATE TABLE job (
    id       TEXT PRIMARY KEY,
    kind     TEXT NOT NULL,
    title    TEXT NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'interrupted')),
    done     INTEGER NOT NULL DEFAULT 0,
    total    INTEGER NOT NULL DEFAULT 0,
    text     TEXT NOT NULL DEFAULT '',
    command  TEXT NOT NULL DEFAULT '',
    created  INTEGER NOT NULL,
    started  INTEGER,
    finished INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX job_created ON job(created);
CREATE INDEX job_running ON job(state) WHERE state IN ('queued', 'running');
