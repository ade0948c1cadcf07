-- Shoes, bikes and other things whose use is counted.
CREATE TABLE gear (
    account     INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    gear_id     TEXT NOT NULL,          -- Garmin's UUID, without hyphens
    gear_pk     INTEGER,                -- Garmin's number of the same
    kind        TEXT,                   -- Garmin's word: Shoes, Bike, ...
    name        TEXT,                   -- as the person named it
    make_model  TEXT,
    status      TEXT,                   -- Garmin's word: active, retired
    begun_on    TEXT,
    ended_on    TEXT,
    limit_m     REAL,                   -- after which it is to be replaced
    gone_at     INTEGER,                -- when it was found deleted at Garmin
    payload_id  INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, gear_id)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_gear AS SELECT
    account.name AS account,          -- local name of the account
    gear_id,                          -- Garmin's UUID, without hyphens
    kind,                             -- Shoes, Bike, ...
    gear.name,                        -- as the person named it
    make_model,                       -- brand and model
    status,                           -- active, retired
    begun_on, ended_on,               -- civil days of first and last use
    limit_m                           -- metres after which it is to be replaced
FROM gear JOIN account ON account.id = gear.account
WHERE gone_at IS NULL;
