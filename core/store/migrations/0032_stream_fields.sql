-- Streams by more than the sender: the program checks the names of the fields.
CREATE TABLE stream_rule_new (
    position    INTEGER PRIMARY KEY,
    stream      TEXT NOT NULL,
    field       TEXT NOT NULL,
    pattern     TEXT NOT NULL
) STRICT;
INSERT INTO stream_rule_new SELECT position, stream, field, pattern FROM stream_rule;
DROP TABLE stream_rule;
ALTER TABLE stream_rule_new RENAME TO stream_rule;
