-- Where the zones of a sport begin, as of now. A zone ends where the next one begins.
CREATE TABLE zone_set (
    account             INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    sport               TEXT NOT NULL,  -- Garmin's word: DEFAULT, RUNNING, CYCLING, ...
    kind                TEXT NOT NULL CHECK (kind IN ('heart_rate', 'power')),
    zone_1_from         REAL,           -- in the unit below
    zone_2_from         REAL,
    zone_3_from         REAL,
    zone_4_from         REAL,
    zone_5_from         REAL,
    zone_6_from         REAL,           -- power only
    zone_7_from         REAL,           -- power only
    unit                TEXT,           -- bpm or w
    method              TEXT,           -- Garmin's word: HR_MAX, HR_RESERVE, LACTATE_THRESHOLD, CUSTOM
    max_hr_bpm          INTEGER,        -- what the zones were reckoned from
    resting_hr_bpm      INTEGER,
    lactate_hr_bpm      INTEGER,
    functional_power_w  REAL,
    payload_id          INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, sport, kind)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_zones AS SELECT
    account.name AS account,          -- local name of the account
    sport,                            -- DEFAULT, RUNNING, CYCLING, ...
    kind,                             -- heart_rate or power
    zone_1_from, zone_2_from,         -- where the zone begins, in the unit below
    zone_3_from, zone_4_from,         -- the next zones
    zone_5_from,                      -- the last one of heart rate
    zone_6_from, zone_7_from,         -- power only
    unit,                             -- bpm or w
    method,                           -- HR_MAX, HR_RESERVE, LACTATE_THRESHOLD, CUSTOM
    max_hr_bpm, resting_hr_bpm,       -- what the zones were reckoned from, beats per minute
    lactate_hr_bpm,                   -- the same
    functional_power_w                -- the same, watts
FROM zone_set JOIN account ON account.id = zone_set.account;
