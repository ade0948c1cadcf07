-- Training readiness: every snapshot, several a day.
CREATE TABLE training_readiness (
    account                       INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    day_on                        TEXT NOT NULL,
    device_id                     INTEGER NOT NULL,  -- 0: not named
    computed_at                   INTEGER NOT NULL,
    utc_offset_s                  INTEGER,           -- wall clock minus UTC
    score                         INTEGER,           -- 0 to 100
    level                         TEXT,              -- Garmin's word
    feedback                      TEXT,              -- Garmin's keys of its sentences
    feedback_long                 TEXT,
    context                       TEXT,              -- what made Garmin compute it; null in old data
    sleep_score                   INTEGER,           -- 0 to 100; null before waking
    sleep_factor_percent          INTEGER,
    sleep_history_factor_percent  INTEGER,
    recovery_min                  INTEGER,           -- a countdown from computed_at
    recovery_factor_percent       INTEGER,
    acute_load                    REAL,              -- Garmin's load of the last week
    load_factor_percent           INTEGER,
    stress_factor_percent         INTEGER,
    hrv_weekly_average_ms         INTEGER,
    hrv_factor_percent            INTEGER,
    is_sleep_valid                INTEGER CHECK (is_sleep_valid IN (0, 1)),
    is_primary                    INTEGER CHECK (is_primary IN (0, 1)),
    payload_id                    INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, day_on, device_id, computed_at)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_readiness AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- Garmin's calendar day; in UTC a snapshot may lie beside it
    device_id,                        -- the watch; 0: not named
    computed_at,                      -- UTC epoch ms
    utc_offset_s,                     -- wall clock minus UTC
    score,                            -- 0 to 100
    level,                            -- LOW, MODERATE, HIGH, PRIME, ...
    row_number() OVER (
        PARTITION BY account.id, day_on
        ORDER BY coalesce(is_primary, 0) DESC, computed_at DESC, device_id
    ) = 1 AS is_newest,               -- 1 on one snapshot of the day: the leading watch's newest, the day's value
    context IS 'AFTER_WAKEUP_RESET' AND row_number() OVER (
        PARTITION BY account.id, day_on, context
        ORDER BY coalesce(is_primary, 0) DESC, computed_at DESC, device_id
    ) = 1 AS is_morning,              -- 1 on the snapshot after waking; none in old data
    feedback, feedback_long,          -- Garmin's keys of its sentences
    context,                          -- what made Garmin compute it
    sleep_score,                      -- 0 to 100
    sleep_factor_percent,             -- percent, as are all factors: how good, not how much it weighs
    sleep_history_factor_percent,
    recovery_min,                     -- minutes of recovery left at computed_at
    recovery_factor_percent,
    acute_load,                       -- Garmin's load of the last week
    load_factor_percent,
    stress_factor_percent,
    hrv_weekly_average_ms,            -- milliseconds
    hrv_factor_percent,
    is_sleep_valid,                   -- 1: the night was good enough to count
    is_primary                        -- 1: of the watch that leads
FROM training_readiness JOIN account ON account.id = training_readiness.account;
