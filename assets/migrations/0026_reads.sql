-- Which days an endpoint has answered for, and when: a sync that was cut short goes on from there.
CREATE TABLE endpoint_read (
    account      INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    endpoint     TEXT NOT NULL,
    first_on     TEXT NOT NULL,
    last_on      TEXT NOT NULL,
    read_at      INTEGER NOT NULL,
    uploaded_at  INTEGER,                -- when a watch had last uploaded by then, if it was asked
    PRIMARY KEY (account, endpoint, first_on, last_on)
) STRICT, WITHOUT ROWID;

-- The day lacks columns that a route which was refused would have brought.
ALTER TABLE coverage ADD COLUMN is_thin INTEGER NOT NULL DEFAULT 0 CHECK (is_thin IN (0, 1));
CREATE INDEX coverage_thin ON coverage (account, dataset, day_on) WHERE is_thin = 1;

-- Refused for days up to this one; null: for all days.
ALTER TABLE route_memory ADD COLUMN refused_through TEXT;
