-- Hill score, per day.
CREATE TABLE hill_score (
    account           INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    day_on            TEXT NOT NULL,
    score             INTEGER,          -- 0 to 100
    strength_score    INTEGER,          -- of short steep climbs
    endurance_score   INTEGER,          -- of long ones
    classification    INTEGER,          -- Garmin's number of the level
    feedback          INTEGER,          -- Garmin's number of a phrase
    vo2max_ml_kg_min  REAL,             -- the estimate it was made with
    device_id         INTEGER,
    payload_id        INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, day_on)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_hill AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- the day of the score
    score,                            -- 0 to 100
    strength_score, endurance_score,  -- its two parts: steep climbs, long climbs
    classification,                   -- Garmin's number of the level reached
    vo2max_ml_kg_min                  -- the estimate it was made with
FROM hill_score JOIN account ON account.id = hill_score.account;
