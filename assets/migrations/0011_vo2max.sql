-- VO2 max, on days that brought a new estimate, and how used the body is to heat and height.
CREATE TABLE vo2max (
    account            INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    day_on             TEXT NOT NULL,
    sport              TEXT NOT NULL,   -- generic (running and walking) or cycling
    precise_ml_kg_min  REAL,            -- to the tenth
    rounded_ml_kg_min  REAL,            -- as the watch shows it
    fitness_age_years  REAL,            -- old watches only
    max_met_category   INTEGER,         -- Garmin's number
    payload_id         INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, day_on, sport)
) STRICT, WITHOUT ROWID;

CREATE TABLE acclimation (
    account             INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    day_on              TEXT NOT NULL,
    heat_percent        INTEGER,
    heat_trend          TEXT,           -- Garmin's word
    heat_on             TEXT,           -- the day the heat value was computed
    altitude_m          REAL,           -- the height the body is used to
    altitude_percent    INTEGER,
    altitude_trend      TEXT,           -- Garmin's word
    altitude_on         TEXT,           -- the day the altitude value was computed
    current_altitude_m  REAL,           -- where the person was; below the sea it is negative
    payload_id          INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, day_on)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_vo2max AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- the day of the estimate; days without a new one have none
    sport,                            -- generic (running and walking) or cycling
    coalesce(precise_ml_kg_min, rounded_ml_kg_min) AS vo2max_ml_kg_min,  -- the best known
    precise_ml_kg_min,                -- millilitres of oxygen per kilogram and minute, to the tenth
    rounded_ml_kg_min,                -- the same as the watch shows it
    fitness_age_years,                -- years; old watches only
    max_met_category                  -- Garmin's number
FROM vo2max JOIN account ON account.id = vo2max.account;

CREATE VIEW v_acclimation AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- Garmin's calendar day
    heat_percent,                     -- percent
    heat_trend,                       -- ACCLIMATIZING, ACCLIMATIZED, ...
    heat_on,                          -- the day the heat value was computed
    altitude_m,                       -- metres: the height the body is used to
    altitude_percent,                 -- percent
    altitude_trend,                   -- ACCLIMATIZING, ACCLIMATIZED, ...
    altitude_on,                      -- the day the altitude value was computed
    current_altitude_m                -- metres: where the person was
FROM acclimation JOIN account ON account.id = acclimation.account;
