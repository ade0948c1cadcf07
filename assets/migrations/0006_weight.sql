-- Weigh-ins, several a day.
CREATE TABLE weigh_in (
    account              INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    sample_id            INTEGER NOT NULL,    -- Garmin's samplePk
    day_on               TEXT NOT NULL,
    measured_at          INTEGER,
    utc_offset_s         INTEGER,             -- wall clock minus UTC
    weight_kg            REAL,
    bmi                  REAL,
    body_fat_percent     REAL,
    body_water_percent   REAL,
    bone_mass_kg         REAL,
    muscle_mass_kg       REAL,
    physique_rating      REAL,                -- Garmin's rating, 1 to 9
    visceral_fat         REAL,                -- Garmin's rating, 1 to 59
    metabolic_age_years  REAL,
    source               TEXT,                -- Garmin's word
    gone_at              INTEGER,             -- when it was found deleted at Garmin
    payload_id           INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, sample_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX weigh_in_by_day ON weigh_in (account, day_on);

CREATE VIEW v_weight AS SELECT
    account.name AS account,          -- local name of the account
    sample_id,                        -- Garmin's id of the weigh-in
    day_on,                           -- local day
    measured_at,                      -- UTC epoch ms
    utc_offset_s,                     -- wall clock minus UTC
    weight_kg,                        -- kilograms
    bmi,                              -- kilograms per square metre
    body_fat_percent,                 -- percent of the weight
    body_water_percent,               -- percent of the weight
    bone_mass_kg,                     -- kilograms
    muscle_mass_kg,                   -- kilograms
    physique_rating,                  -- Garmin's rating, 1 to 9
    visceral_fat,                     -- Garmin's rating, 1 to 59
    metabolic_age_years,              -- years
    source                            -- INDEX_SCALE, MANUAL, ...
FROM weigh_in JOIN account ON account.id = weigh_in.account
WHERE gone_at IS NULL;
