-- What each watch thinks of the training up to a day.
CREATE TABLE training_status (
    account              INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    day_on               TEXT NOT NULL,
    device_id            INTEGER NOT NULL,
    computed_at          INTEGER,
    status               TEXT,            -- Garmin's word, taken from feedback
    status_code          INTEGER,         -- Garmin's number; not all of them are known
    feedback             TEXT,            -- Garmin's key of its sentence
    since_on             TEXT,            -- the status holds since then
    sport                TEXT,
    sub_sport            TEXT,
    fitness_trend        INTEGER,         -- Garmin's number
    fitness_trend_sport  TEXT,
    is_paused            INTEGER CHECK (is_paused IN (0, 1)),
    acute_load           REAL,            -- load of the last week
    chronic_load         REAL,            -- load of the last four weeks, as a week's
    optimal_load_from    REAL,            -- where the acute load should lie
    optimal_load_to      REAL,
    load_ratio           REAL,            -- acute to chronic
    load_ratio_percent   INTEGER,         -- its place on Garmin's scale
    load_ratio_status    TEXT,            -- Garmin's word
    aerobic_low_load     REAL,            -- load of four weeks by its kind, and the bounds it should keep;
    aerobic_low_from     REAL,            -- these come by the day's own answer only
    aerobic_low_to       REAL,
    aerobic_high_load    REAL,
    aerobic_high_from    REAL,
    aerobic_high_to      REAL,
    anaerobic_load       REAL,
    anaerobic_from       REAL,
    anaerobic_to         REAL,
    balance_feedback     TEXT,            -- Garmin's key of its sentence
    is_primary           INTEGER CHECK (is_primary IN (0, 1)),
    payload_id           INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, day_on, device_id)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_training_status AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- Garmin's calendar day
    device_id,                        -- the watch
    is_primary,                       -- 1: the watch that leads, where there are several
    computed_at,                      -- UTC epoch ms
    status,                           -- PRODUCTIVE, MAINTAINING, DETRAINING, RECOVERY, ...
    status_code,                      -- Garmin's number for it
    feedback,                         -- Garmin's key of its sentence
    since_on,                         -- the status holds since then
    sport, sub_sport,                 -- that the status is about
    fitness_trend,                    -- Garmin's number
    fitness_trend_sport,              -- that the trend is about
    is_paused,                        -- 1: training is paused
    acute_load,                       -- load of the last week
    chronic_load,                     -- load of the last four weeks, as a week's
    optimal_load_from, optimal_load_to, -- where the acute load should lie
    load_ratio,                       -- acute to chronic
    load_ratio_percent,               -- its place on Garmin's scale
    load_ratio_status,                -- LOW, OPTIMAL, HIGH, ...
    aerobic_low_load, aerobic_low_from, aerobic_low_to,    -- load of four weeks by its kind,
    aerobic_high_load, aerobic_high_from, aerobic_high_to, -- and the bounds it should keep;
    anaerobic_load, anaerobic_from, anaerobic_to,          -- often not fetched
    balance_feedback                  -- Garmin's key of its sentence about them
FROM training_status JOIN account ON account.id = training_status.account;
