-- Heart-rate variability, one row per night.
CREATE TABLE hrv_night (
    account                    INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    day_on                     TEXT NOT NULL,   -- the day of waking
    last_night_average_ms      INTEGER,
    last_night_highest_ms      INTEGER,         -- highest mean of five minutes
    weekly_average_ms          INTEGER,         -- seven nights up to this one
    baseline_low_ms            INTEGER,         -- below this it is low
    baseline_balanced_from_ms  INTEGER,
    baseline_balanced_to_ms    INTEGER,
    baseline_marker            REAL,            -- where the week lies on Garmin's scale, 0 to 1
    status                     TEXT,            -- Garmin's word
    feedback                   TEXT,            -- Garmin's key of its sentence
    computed_at                INTEGER,
    payload_id                 INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, day_on)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_hrv AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- the day of waking
    last_night_average_ms,            -- milliseconds
    last_night_highest_ms,            -- milliseconds, highest mean of five minutes
    weekly_average_ms,                -- milliseconds, seven nights up to this one
    baseline_low_ms,                  -- milliseconds: below this it is low
    baseline_balanced_from_ms,        -- milliseconds: balanced from here ...
    baseline_balanced_to_ms,          -- ... to here
    baseline_marker,                  -- where the week lies on Garmin's scale, 0 to 1
    status,                           -- BALANCED, UNBALANCED, LOW, POOR, NONE
    feedback,                         -- Garmin's key of its sentence
    computed_at                       -- UTC epoch ms
FROM hrv_night JOIN account ON account.id = hrv_night.account;
