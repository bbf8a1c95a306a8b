-- From here on every hour of rollup_hour tells template and source, too. A workspace that held events before
-- has hours which do not: questions about templates read its events.
INSERT INTO event_counter(name, value)
SELECT 'hours_know_templates', 1 WHERE NOT EXISTS (SELECT 1 FROM event_segment);
CREATE INDEX event_segment_min ON event_segment(min_at);
CREATE INDEX event_segment_max ON event_segment(max_at);
