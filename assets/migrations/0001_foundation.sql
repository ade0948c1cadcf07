-- CentralDB, first version. Instants (`*_at`) are UTC epoch milliseconds, days
-- (`*_on`) ISO civil dates of the account's calendar; other columns name their unit.

PRAGMA application_id = 1196576083;  -- "GRMS": marks the file as ours, with the first table

CREATE TABLE account (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    region        TEXT NOT NULL DEFAULT 'garmin.com' CHECK (region IN ('garmin.com', 'garmin.cn')),
    user_id       TEXT,            -- Garmin's profileId, known after the first validated sign-in
    display_name  TEXT,            -- goes into URL paths; null on brand-new profiles
    time_zone     TEXT,            -- IANA name from Garmin's settings: decides what "today" is
    created_at    INTEGER NOT NULL
) STRICT;

-- One row per account and lane.
CREATE TABLE garmin_authentication_state (
    account                INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    lane                   TEXT NOT NULL CHECK (lane IN ('connect', 'personal')),
    user_id                TEXT,                        -- Garmin's profileId
    session_data           BLOB,                        -- sealed tokens; null: no session
    mfa_pending            INTEGER NOT NULL DEFAULT 0 CHECK (mfa_pending IN (0, 1)),
    last_validated         INTEGER,                     -- epoch ms of the last accepted profile call
    signed_in_at           INTEGER,
    access_expires_at      INTEGER,
    refresh_expires_at     INTEGER,
    generation             INTEGER NOT NULL DEFAULT 0,  -- +1 with every stored pair of tokens
    previous_session_data  BLOB,                        -- the sealed pair of generation - 1
    refresh_started_at     INTEGER,                     -- intent: a refresh was sent and its answer not yet stored
    ended_at               INTEGER,
    ended_reason           TEXT,                        -- why the session is EXPIRED, as a sentence
    PRIMARY KEY (account, lane)
) STRICT, WITHOUT ROWID;

CREATE TABLE mfa_challenge (
    account       INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    method        TEXT NOT NULL,      -- Garmin's own word, echoed back
    sent_to       TEXT,               -- masked by Garmin
    continuation  BLOB NOT NULL,      -- sealed cookies and parameters; never the code
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    attempts      INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The audit trail. Never a secret.
CREATE TABLE auth_event (
    id       INTEGER PRIMARY KEY,
    account  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    at       INTEGER NOT NULL,
    what     TEXT NOT NULL,     -- sign_in, mfa_answer, refresh, validate, sign_out
    outcome  TEXT NOT NULL,     -- OK, MFA_REQUIRED, or a reason word such as INVALID_CREDENTIALS
    detail   TEXT
) STRICT;
CREATE INDEX auth_event_by_time ON auth_event (account, at);

CREATE TABLE cool_down (
    account   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    scope     TEXT NOT NULL CHECK (scope IN ('sign_in', 'requests')),
    until_at  INTEGER NOT NULL,
    reason    TEXT NOT NULL,
    strikes   INTEGER NOT NULL,  -- refusals in a row; each doubles the next wait
    PRIMARY KEY (account, scope)
) STRICT, WITHOUT ROWID;

CREATE TABLE sync_job (
    id           INTEGER PRIMARY KEY,
    account      INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    requested_by TEXT NOT NULL CHECK (requested_by IN ('person', 'schedule', 'headless')),
    status       TEXT NOT NULL CHECK (status IN
        ('QUEUED', 'RUNNING', 'SUCCEEDED', 'PARTIAL', 'FAILED', 'AUTH_EXPIRED', 'RATE_LIMITED', 'CANCELLED')),
    started_at   INTEGER NOT NULL,
    finished_at  INTEGER,
    requests     INTEGER NOT NULL DEFAULT 0,
    refreshed    INTEGER NOT NULL DEFAULT 0 CHECK (refreshed IN (0, 1)),
    message      TEXT                    -- why it did not succeed
) STRICT;
CREATE INDEX sync_job_by_time ON sync_job (account, started_at);

CREATE TABLE sync_task (
    job           INTEGER NOT NULL REFERENCES sync_job (id) ON DELETE CASCADE,
    ordinal       INTEGER NOT NULL,
    dataset       TEXT NOT NULL,
    endpoint      TEXT NOT NULL,
    span          TEXT NOT NULL,         -- the days or the activity it is about, for people
    status        TEXT NOT NULL CHECK (status IN ('DONE', 'FAILED')),
    finished_at   INTEGER NOT NULL,
    days          INTEGER NOT NULL DEFAULT 0,
    rows_new      INTEGER NOT NULL DEFAULT 0,
    rows_changed  INTEGER NOT NULL DEFAULT 0,
    summary       TEXT,                  -- what failed
    PRIMARY KEY (job, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE sync_log (
    id       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    account  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    job      INTEGER REFERENCES sync_job (id) ON DELETE SET NULL,
    level    TEXT NOT NULL CHECK (level IN ('detail', 'done', 'session', 'warn', 'error')),
    dataset  TEXT,
    text     TEXT NOT NULL               -- printable
) STRICT;

-- The last complete sync and what the watch had uploaded by then: while that
-- stands still, there is nothing new to fetch.
CREATE TABLE sync_mark (
    account      INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    uploaded_at  INTEGER,                -- Garmin's lastUsedDeviceUploadTime
    synced_at    INTEGER NOT NULL
) STRICT;

-- What is known of each day. No row: never asked.
CREATE TABLE coverage (
    account     INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    dataset     TEXT NOT NULL,
    day_on      TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('got', 'open', 'nothing', 'failed', 'cold')),
    since_at    INTEGER NOT NULL,        -- when it entered this state
    reason      TEXT,                    -- why it failed
    PRIMARY KEY (account, dataset, day_on)
) STRICT, WITHOUT ROWID;

-- The raw answer as received. One row per request; an answer that did not change is not written again.
CREATE TABLE payload (
    id          INTEGER PRIMARY KEY,
    account     INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    dataset     TEXT NOT NULL,
    lane        TEXT NOT NULL,
    request     TEXT NOT NULL,           -- endpoint and span; holds no secret
    fetched_at  INTEGER NOT NULL,        -- when this body was first received
    status      INTEGER NOT NULL,        -- HTTP status
    is_read     INTEGER NOT NULL CHECK (is_read IN (0, 1)),  -- 0: kept, but it could not be read
    body        BLOB NOT NULL,           -- zlib
    UNIQUE (account, dataset, request)
) STRICT;

CREATE TABLE activity (
    account            INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    activity_id        INTEGER NOT NULL,
    name               TEXT,
    kind               TEXT,              -- Garmin's typeKey
    started_at         INTEGER,
    started_on         TEXT NOT NULL,     -- local day
    utc_offset_s       INTEGER,
    duration_s         REAL,
    moving_s           REAL,
    elapsed_s          REAL,
    distance_m         REAL,
    elevation_gain_m   REAL,
    elevation_loss_m   REAL,
    average_speed_mps  REAL,
    max_speed_mps      REAL,
    average_hr_bpm     REAL,
    max_hr_bpm         REAL,
    energy_kcal        REAL,
    steps              INTEGER,
    average_power_w    REAL,
    training_load      REAL,
    vo2max_ml_kg_min   REAL,
    device_id          INTEGER,
    is_parent          INTEGER NOT NULL CHECK (is_parent IN (0, 1)),
    parent_id          INTEGER,
    is_favorite        INTEGER CHECK (is_favorite IN (0, 1)),
    payload_id         INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, activity_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX activity_by_day ON activity (account, started_on);

-- The original file of an activity: on disk, absent at Garmin, or failed.
CREATE TABLE activity_file (
    account      INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    activity_id  INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('got', 'no_file', 'failed')),
    path         TEXT,                    -- below the files folder
    size_bytes   INTEGER,
    checked_at   INTEGER NOT NULL,
    reason       TEXT,
    PRIMARY KEY (account, activity_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE daily_summary (
    account                  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    day_on                   TEXT NOT NULL,
    steps                    INTEGER,
    step_goal                INTEGER,
    distance_m               REAL,
    energy_total_kcal        REAL,
    energy_active_kcal       REAL,
    energy_resting_kcal      REAL,
    floors_up                REAL,
    floors_down              REAL,
    intensity_moderate_min   INTEGER,
    intensity_vigorous_min   INTEGER,
    resting_hr_bpm           INTEGER,
    min_hr_bpm               INTEGER,
    max_hr_bpm               INTEGER,
    stress_average           INTEGER,
    stress_max               INTEGER,
    stress_rest_s            INTEGER,
    stress_low_s             INTEGER,
    stress_medium_s          INTEGER,
    stress_high_s            INTEGER,
    body_battery_highest     INTEGER,
    body_battery_lowest      INTEGER,
    body_battery_charged     INTEGER,
    body_battery_drained     INTEGER,
    spo2_average_percent     REAL,
    spo2_lowest_percent      REAL,
    respiration_waking_brpm  REAL,
    respiration_lowest_brpm  REAL,
    respiration_highest_brpm REAL,
    payload_id               INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, day_on)
) STRICT, WITHOUT ROWID;

CREATE TABLE sleep_night (
    account                  INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    day_on                   TEXT NOT NULL,   -- the day of waking
    started_at               INTEGER,
    ended_at                 INTEGER,
    utc_offset_s             INTEGER,
    asleep_s                 INTEGER,
    nap_s                    INTEGER,
    deep_s                   INTEGER,
    light_s                  INTEGER,
    rem_s                    INTEGER,
    awake_s                  INTEGER,
    unmeasurable_s           INTEGER,
    awake_count              INTEGER,
    score                    INTEGER,
    score_qualifier          TEXT,
    need_baseline_min        INTEGER,
    need_actual_min          INTEGER,
    average_hr_bpm           REAL,
    average_stress           REAL,
    spo2_average_percent     REAL,
    spo2_lowest_percent      REAL,
    respiration_average_brpm REAL,
    respiration_lowest_brpm  REAL,
    respiration_highest_brpm REAL,
    is_confirmed             INTEGER CHECK (is_confirmed IN (0, 1)),
    payload_id               INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, day_on)
) STRICT, WITHOUT ROWID;
