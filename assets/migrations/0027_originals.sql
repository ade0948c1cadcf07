-- The ZIP of a multisport activity holds a file for each leg: every file of a
-- download has a row here. `activity_file` keeps the outcome and the first of them.
CREATE TABLE original_file (
    account      INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    activity_id  INTEGER NOT NULL,
    ordinal      INTEGER NOT NULL,         -- from 1, in the order of the ZIP, FIT files first
    path         TEXT NOT NULL,            -- below the files folder
    size_bytes   INTEGER NOT NULL,
    damage       TEXT,                     -- kept, but not sound: what is wrong with it
    PRIMARY KEY (account, activity_id, ordinal)
) STRICT, WITHOUT ROWID;

INSERT INTO original_file (account, activity_id, ordinal, path, size_bytes, damage)
SELECT account, activity_id, 1, path, coalesce(size_bytes, 0), damage
FROM activity_file WHERE state = 'got' AND path IS NOT NULL;

CREATE VIEW v_activity_file AS SELECT
    account.name AS account,               -- local name of the account
    activity_id,                           -- Garmin's id, as in v_activity
    activity_file.state,                   -- got, no_file or failed
    ordinal,                               -- from 1; null: no file is kept
    original_file.path,                    -- below files/
    original_file.size_bytes,              -- bytes
    coalesce(original_file.damage, activity_file.damage) AS damage,  -- what is wrong with a kept file
    activity_file.reason                   -- why it failed
FROM activity_file JOIN account ON account.id = activity_file.account
    LEFT JOIN original_file USING (account, activity_id);
