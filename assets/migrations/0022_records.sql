-- Personal records, as they stand now.
CREATE TABLE record (
    account        INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    type_id        INTEGER NOT NULL,    -- Garmin's number of what it is a record of
    sport          TEXT,                -- running, cycling, steps, swimming, strength
    label          TEXT,                -- null: nobody has published what the type means
    value          REAL,
    unit           TEXT,                -- s, m, w, steps, days
    activity_id    INTEGER,
    activity_kind  TEXT,                -- Garmin's typeKey
    achieved_at    INTEGER,
    achieved_on    TEXT,
    status         TEXT,                -- Garmin's word: ACCEPTED, ...
    gone_at        INTEGER,             -- when it was found deleted at Garmin
    payload_id     INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, type_id)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_records AS SELECT
    account.name AS account,          -- local name of the account
    type_id,                          -- Garmin's number of what it is a record of
    sport,                            -- running, cycling, steps, swimming, strength
    label,                            -- what it is; null where nobody knows
    value,                            -- in the unit beside it
    unit,                             -- s, m, w, steps, days; null where nobody knows
    activity_id,                      -- as in v_activity; null for steps and streaks
    activity_kind,                    -- running, road_biking, ...
    achieved_at,                      -- UTC epoch ms: where in the activity it began, or the begin of its day, week or month
    achieved_on,                      -- local day
    status                            -- ACCEPTED, ...
FROM record JOIN account ON account.id = record.account
WHERE gone_at IS NULL;
