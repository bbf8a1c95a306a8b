-- The block list a reply names ("zen.spamhaus.org"); empty: none.
ALTER TABLE event_reply ADD COLUMN list TEXT NOT NULL DEFAULT '';
CREATE INDEX event_reply_list ON event_reply(list) WHERE list <> '';
