-- Garmin's version does not tell readings apart: several may carry the same one.
-- The wall clock beside it does.
DROP VIEW v_blood_pressure;
ALTER TABLE blood_pressure RENAME TO blood_pressure_before;
DROP INDEX blood_pressure_by_day;
CREATE TABLE blood_pressure (
    account         INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    reading_id      INTEGER NOT NULL,    -- Garmin's version
    measured_local  TEXT NOT NULL,       -- wall clock, 2026-10-01T07:10:00
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
    PRIMARY KEY (account, reading_id, measured_local)
) STRICT, WITHOUT ROWID;
INSERT INTO blood_pressure SELECT account, reading_id,
    coalesce(strftime('%Y-%m-%dT%H:%M:%S', measured_at / 1000 + coalesce(utc_offset_s, 0), 'unixepoch'), day_on || 'T00:00:00'),
    day_on, measured_at, utc_offset_s, systolic_mmhg, diastolic_mmhg, pulse_bpm, source, notes, gone_at, payload_id
FROM blood_pressure_before;
DROP TABLE blood_pressure_before;
CREATE INDEX blood_pressure_by_day ON blood_pressure (account, day_on);

CREATE VIEW v_blood_pressure AS SELECT
    account.name AS account,          -- local name of the account
    reading_id,                       -- Garmin's version of the reading
    day_on,                           -- local day
    measured_local,                   -- wall clock
    measured_at,                      -- UTC epoch ms
    utc_offset_s,                     -- wall clock minus UTC
    systolic_mmhg,                    -- millimetres of mercury
    diastolic_mmhg,                   -- millimetres of mercury
    pulse_bpm,                        -- beats per minute
    source,                           -- MANUAL, ...
    notes                             -- as the person wrote them
FROM blood_pressure JOIN account ON account.id = blood_pressure.account
WHERE gone_at IS NULL;
