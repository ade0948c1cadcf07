-- Naps, several a day.
CREATE TABLE sleep_nap (
    account       INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    started_at    INTEGER NOT NULL,
    day_on        TEXT NOT NULL,       -- the day it counts for
    ended_at      INTEGER,
    utc_offset_s  INTEGER,             -- wall clock minus UTC at its start
    asleep_s      INTEGER,
    source        INTEGER,             -- who noticed it: 0 Garmin, 1 the watch, 2 entered on the web
    feedback      TEXT,                -- Garmin's key of its sentence
    gone_at       INTEGER,             -- when it was found deleted or moved at Garmin
    payload_id    INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, started_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX sleep_nap_by_day ON sleep_nap (account, day_on);

CREATE VIEW v_sleep_nap AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- the day it counts for
    started_at, ended_at,             -- UTC epoch ms
    utc_offset_s,                     -- wall clock minus UTC at its start
    asleep_s,                         -- seconds
    source,                           -- who noticed it: 0 Garmin, 1 the watch, 2 entered on the web
    feedback                          -- Garmin's key of its sentence
FROM sleep_nap JOIN account ON account.id = sleep_nap.account
WHERE gone_at IS NULL;
