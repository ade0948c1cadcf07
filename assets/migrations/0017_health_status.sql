-- Health status: a night's readings beside what is usual for this person.
CREATE TABLE health_metric (
    account     INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    day_on      TEXT NOT NULL,          -- the day of waking
    metric      TEXT NOT NULL,          -- Garmin's word: HR, HRV, RESPIRATION, SPO2, SKIN_TEMP_C, SKIN_TEMP_F
    value       REAL,
    unit        TEXT,                   -- of the value and the limits: bpm, ms, brpm, percent, °C, °F
    status      TEXT,                   -- Garmin's word: IN_RANGE, ABOVE, BELOW, ONBOARDING, UNKNOWN
    usual_low   REAL,
    usual_high  REAL,
    position    REAL,                   -- where the value lies between the limits; unverified
    payload_id  INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, day_on, metric)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_health_status AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- the day of waking
    metric,                           -- HR, HRV, RESPIRATION, SPO2, SKIN_TEMP_C (a deviation), SKIN_TEMP_F
    value,                            -- in the unit beside it
    unit,                             -- bpm, ms, brpm, percent, °C, °F
    status,                           -- IN_RANGE, ABOVE, BELOW, ONBOARDING, UNKNOWN
    usual_low, usual_high,            -- the person's usual range, in the same unit
    position                          -- where the value lies in it, as a fraction; unverified
FROM health_metric JOIN account ON account.id = health_metric.account;
