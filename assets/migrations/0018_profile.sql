-- The person of an account, as of now. No e-mail address: it is no column here.
CREATE TABLE profile (
    account                   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    profile_id                INTEGER,  -- what Garmin also calls the user profile PK
    display_name              TEXT,     -- goes into addresses: a nick or a UUID
    full_name                 TEXT,
    place                     TEXT,     -- as the person typed it
    primary_activity          TEXT,     -- Garmin's word
    gender                    TEXT,     -- Garmin's word
    born_on                   TEXT,
    weight_kg                 REAL,     -- as set; measurements are in the dataset weight
    height_m                  REAL,
    handedness                TEXT,     -- Garmin's word
    activity_class            INTEGER,  -- Garmin's 0 to 10
    vo2max_running_ml_kg_min  REAL,
    vo2max_cycling_ml_kg_min  REAL,
    lactate_speed_mps         REAL,
    lactate_hr_bpm            REAL,
    bed_time_s                INTEGER,  -- after midnight
    wake_time_s               INTEGER,  -- after midnight
    payload_id                INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_profile AS SELECT
    account.name AS account,          -- local name of the account
    profile_id,                       -- Garmin's number of the person
    profile.display_name,             -- Garmin's name in addresses: a nick or a UUID
    full_name, place,                 -- as the person typed them
    primary_activity,                 -- Garmin's word
    gender, born_on,                  -- Garmin's word; civil day
    weight_kg, height_m,              -- as set by the person or the last scale
    handedness,                       -- RIGHT or LEFT
    activity_class,                   -- 0 to 10
    vo2max_running_ml_kg_min,         -- the latest estimate
    vo2max_cycling_ml_kg_min,         -- the latest estimate
    lactate_speed_mps,                -- metres per second at the lactate threshold
    lactate_hr_bpm,                   -- beats per minute at the lactate threshold
    bed_time_s, wake_time_s           -- usual times, seconds after midnight
FROM profile JOIN account ON account.id = profile.account;
