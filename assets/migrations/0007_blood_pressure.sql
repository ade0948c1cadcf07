-- Blood pressure readings, several a day.
CREATE TABLE blood_pressure (
    account         INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    reading_id      INTEGER NOT NULL,    -- Garmin's version
    day_on          TEXT NOT NULL,       -- local day
    measured_at     INTEGER,
    utc_offset_s    INTEGER,             -- wall clock minus UTC
    systolic_mmhg   INTEGER,
    diastolic_mmhg  INTEGER,
    pulse_bpm       INTEGER,
    source          TEXT,                -- Garmin's word
    notes           TEXT,                -- as the person wrote them
    gone_at         INTEGER,             -- when it was found deleted at Garmin
    payload_id      INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, reading_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX blood_pressure_by_day ON blood_pressure (account, day_on);

CREATE VIEW v_blood_pressure AS SELECT
    account.name AS account,          -- local name of the account
    reading_id,                       -- Garmin's id of the reading
    day_on,                           -- local day
    measured_at,                      -- UTC epoch ms
    utc_offset_s,                     -- wall clock minus UTC
    systolic_mmhg,                    -- millimetres of mercury
    diastolic_mmhg,                   -- millimetres of mercury
    pulse_bpm,                        -- beats per minute
    source,                           -- MANUAL, ...
    notes                             -- as the person wrote them
FROM blood_pressure JOIN account ON account.id = blood_pressure.account
WHERE gone_at IS NULL;
