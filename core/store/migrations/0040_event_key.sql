-- Names that sources give their events (a provider's event id, a feedback id with its recipient). A second event with the same
-- name is a duplicate and is dropped. `day` is the UTC day of the event, `key` a hash of its name: rows of one day lie
-- together, so a lookup touches the pages of that day only, and old days can be removed as one range.
CREATE TABLE event_key (
    day INTEGER NOT NULL,
    key INTEGER NOT NULL,
    PRIMARY KEY (day, key)
) STRICT, WITHOUT ROWID;
-- Events of the file that were dropped because their names were known, and records that are no events (opens, clicks).
ALTER TABLE import_file ADD COLUMN duplicates INTEGER NOT NULL DEFAULT 0;
ALTER TABLE import_file ADD COLUMN skipped INTEGER NOT NULL DEFAULT 0;
-- What the source itself called the reply ("pmta:bad-mailbox"): a second opinion beside our verdict.
ALTER TABLE event_reply ADD COLUMN opinion TEXT NOT NULL DEFAULT '';
