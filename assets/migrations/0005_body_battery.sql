-- Body battery: one row per day, and what moved it. Curves are not kept here.
CREATE TABLE body_battery_day (
    account       INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    day_on        TEXT NOT NULL,
    started_at    INTEGER,             -- the day's bounds: not 24 h when clocks change
    ended_at      INTEGER,
    utc_offset_s  INTEGER,             -- wall clock minus UTC at its start
    charged       INTEGER,             -- points
    drained       INTEGER,             -- points, as a positive number
    highest       INTEGER,             -- level, 5 to 100; the four levels are those of the report's turning points
    lowest        INTEGER,
    first         INTEGER,
    last          INTEGER,
    payload_id    INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, day_on)
) STRICT, WITHOUT ROWID;

-- An edited night starts anew and leaves its former event here.
CREATE TABLE body_battery_event (
    account       INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    started_at    INTEGER NOT NULL,
    kind          TEXT NOT NULL,       -- Garmin's word
    day_on        TEXT NOT NULL,       -- the day in whose report it stands; a night starts on the day before
    utc_offset_s  INTEGER,
    duration_s    INTEGER,
    impact        INTEGER,             -- points; what drains is negative
    activity_id   INTEGER,
    feedback      TEXT,                -- Garmin's key of its sentence
    payload_id    INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, started_at, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX body_battery_event_by_day ON body_battery_event (account, day_on);

CREATE VIEW v_body_battery AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- Garmin's calendar day
    started_at, ended_at,             -- its bounds, UTC epoch ms
    utc_offset_s,                     -- wall clock minus UTC at its start
    charged,                          -- points gained
    drained,                          -- points lost, as a positive number
    highest, lowest,                  -- level, 5 to 100
    first, last                       -- level at the day's first and last turning point
FROM body_battery_day JOIN account ON account.id = body_battery_day.account;

CREATE VIEW v_body_battery_event AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- the day it counts for
    started_at,                       -- UTC epoch ms
    utc_offset_s,                     -- wall clock minus UTC
    kind,                             -- SLEEP, ACTIVITY, NAP, RECOVERY, STRESS
    duration_s,                       -- seconds
    impact,                           -- points; what drains is negative
    activity_id,                      -- of an activity: v_activity
    feedback                          -- Garmin's key of its sentence
FROM body_battery_event JOIN account ON account.id = body_battery_event.account;
