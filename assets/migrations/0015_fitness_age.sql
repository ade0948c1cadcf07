-- Fitness age, per day.
CREATE TABLE fitness_age (
    account                 INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    day_on                  TEXT NOT NULL,
    fitness_age_years       REAL,
    achievable_age_years    REAL,
    actual_age_years        INTEGER,    -- only a single day's answer says it
    resting_hr_bpm          INTEGER,
    body_fat_percent        REAL,       -- with a scale; otherwise bmi
    bmi                     REAL,       -- kg per square metre
    vigorous_days_per_week  REAL,       -- mean of the last weeks
    vigorous_per_week_min   REAL,       -- mean of the last weeks
    payload_id              INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, day_on)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_fitness_age AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- the day it was reckoned for
    fitness_age_years,                -- years
    achievable_age_years,             -- years, with better habits
    actual_age_years,                 -- years since birth
    resting_hr_bpm,                   -- beats per minute
    body_fat_percent,                 -- percent; where there is a scale
    bmi,                              -- kg per square metre; where there is none
    vigorous_days_per_week,           -- days with vigorous minutes, mean of the last weeks
    vigorous_per_week_min             -- vigorous minutes, mean of the last weeks
FROM fitness_age JOIN account ON account.id = fitness_age.account;
