-- Endurance score: the mean of each week, the score of a day, and what they are made of.
CREATE TABLE endurance_week (
    account        INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    week_on        TEXT NOT NULL,       -- the Monday it begins with
    average_score  INTEGER,
    highest_score  INTEGER,
    payload_id     INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, week_on)
) STRICT, WITHOUT ROWID;

CREATE TABLE endurance_day (
    account            INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    day_on             TEXT NOT NULL,
    score              INTEGER,
    classification     INTEGER,         -- Garmin's number of the level
    feedback           INTEGER,         -- Garmin's number of a phrase
    gauge_from         INTEGER,         -- where Garmin's gauge begins for this age and sex
    intermediate_from  INTEGER,         -- where the level begins for this age and sex
    trained_from       INTEGER,
    well_trained_from  INTEGER,
    expert_from        INTEGER,
    superior_from      INTEGER,
    elite_from         INTEGER,
    gauge_to           INTEGER,
    device_id          INTEGER,
    payload_id         INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, day_on)
) STRICT, WITHOUT ROWID;

-- A recalculated score may lose a contributor: listed, so that what is no more is marked.
CREATE TABLE endurance_week_contributor (
    account        INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    week_on        TEXT NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN ('activity_type', 'group')),
    number         INTEGER NOT NULL,    -- Garmin's typeId, or its number of a group of types
    share_percent  REAL NOT NULL,
    gone_at        INTEGER,
    payload_id     INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, week_on, kind, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE endurance_day_contributor (
    account        INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    day_on         TEXT NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN ('activity_type', 'group')),
    number         INTEGER NOT NULL,    -- Garmin's typeId, or its number of a group of types
    share_percent  REAL NOT NULL,
    gone_at        INTEGER,
    payload_id     INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, day_on, kind, number)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_endurance AS SELECT
    account.name AS account,          -- local name of the account
    week_on,                          -- the Monday the week begins with
    average_score,                    -- mean of the week's scores
    highest_score                     -- the week's best
FROM endurance_week JOIN account ON account.id = endurance_week.account;

CREATE VIEW v_endurance_day AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- the day of the score
    score,                            -- points
    classification,                   -- Garmin's number of the level reached
    gauge_from, gauge_to,             -- ends of Garmin's gauge, for this age and sex
    intermediate_from, trained_from,  -- points at which a level begins, for this age and sex
    well_trained_from, expert_from,   -- the next levels
    superior_from, elite_from         -- the highest levels
FROM endurance_day JOIN account ON account.id = endurance_day.account;

CREATE VIEW v_endurance_week_contributor AS SELECT
    account.name AS account,          -- local name of the account
    week_on,                          -- the Monday the week begins with
    kind,                             -- activity_type or group
    number,                           -- Garmin's typeId, or its number of a group of types
    share_percent                     -- share of the week's score
FROM endurance_week_contributor JOIN account ON account.id = endurance_week_contributor.account
WHERE gone_at IS NULL;

CREATE VIEW v_endurance_day_contributor AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- the day of the score
    kind,                             -- activity_type or group
    number,                           -- Garmin's typeId, or its number of a group of types
    share_percent                     -- share of the day's score
FROM endurance_day_contributor JOIN account ON account.id = endurance_day_contributor.account
WHERE gone_at IS NULL;
