-- Details of multisport activities that are asked one by one: of the whole, which
-- names its legs, and of each leg. No row of a whole: not asked yet, or its legs are known.
CREATE TABLE activity_detail (
    account      INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    activity_id  INTEGER NOT NULL,
    parent_id    INTEGER NOT NULL,         -- of a leg: the whole; of a whole: itself
    state        TEXT NOT NULL CHECK (state IN ('wanted', 'got', 'gone', 'failed')),
    reason       TEXT,                     -- why it failed
    strikes      INTEGER NOT NULL DEFAULT 0,  -- failures in a row
    retry_at     INTEGER,                  -- not asked again before
    PRIMARY KEY (account, activity_id)
) STRICT, WITHOUT ROWID;
