-- Race predictions: the times Garmin thinks the person could run, per day.
CREATE TABLE race_prediction (
    account          INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    day_on           TEXT NOT NULL,
    five_km_s        INTEGER,
    ten_km_s         INTEGER,
    half_marathon_s  INTEGER,
    marathon_s       INTEGER,
    payload_id       INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, day_on)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_race_predictions AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- the day of the prediction
    five_km_s, ten_km_s,              -- seconds for the distance
    half_marathon_s, marathon_s       -- seconds for the distance
FROM race_prediction JOIN account ON account.id = race_prediction.account;
