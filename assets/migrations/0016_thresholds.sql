-- Lactate threshold and functional threshold power, on the days they were found or set.
CREATE TABLE threshold (
    account             INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    day_on              TEXT NOT NULL,
    sport               TEXT NOT NULL,  -- Garmin's word: running, cycling
    lactate_speed_mps   REAL,
    lactate_hr_bpm      REAL,
    functional_power_w  REAL,
    payload_id          INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, day_on, sport)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_thresholds AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- the day they were found or set; valid until the next one
    sport,                            -- running, cycling
    lactate_speed_mps,                -- metres per second at the lactate threshold
    lactate_hr_bpm,                   -- beats per minute at the lactate threshold
    functional_power_w                -- functional threshold power, watts
FROM threshold JOIN account ON account.id = threshold.account;
