-- What was drunk on a day, and what was sweated. A day with only a goal is no row.
CREATE TABLE hydration_day (
    account             INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    day_on              TEXT NOT NULL,
    intake_ml           REAL,
    goal_ml             REAL,
    sweat_loss_ml       REAL,            -- estimated from the day's activities
    activity_intake_ml  REAL,            -- the part of the intake entered with activities
    last_entry_local    TEXT,            -- wall clock; its offset is not told
    payload_id          INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, day_on)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_hydration AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- Garmin's calendar day
    intake_ml,                        -- millilitres drunk
    goal_ml,                          -- millilitres
    sweat_loss_ml,                    -- millilitres, estimated from the day's activities
    activity_intake_ml,               -- millilitres, the part entered with activities
    last_entry_local                  -- wall clock of the last entry
FROM hydration_day JOIN account ON account.id = hydration_day.account;
