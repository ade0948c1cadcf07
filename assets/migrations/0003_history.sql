-- The whole history: what each endpoint allows, how far back the backfill has come,
-- what was learnt to fail, and every field of the first three datasets.

-- What an account's endpoints were seen to allow and refuse.
CREATE TABLE route_memory (
    account         INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    endpoint        TEXT NOT NULL,
    window_days     INTEGER,             -- the longest span that was answered
    too_long_days   INTEGER,             -- the shortest span that was refused as too long
    too_long_until  INTEGER,             -- then it is tried again
    refused_until   INTEGER,             -- the endpoint itself was refused; tried again then
    refused_reason  TEXT,
    strikes         INTEGER NOT NULL DEFAULT 0,  -- refusals in a row
    PRIMARY KEY (account, endpoint)
) STRICT, WITHOUT ROWID;

-- Where the history begins and how far back it is here, newest days first.
CREATE TABLE backfill (
    account      INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    dataset      TEXT NOT NULL,
    first_on     TEXT,                   -- the first day there is anything; null: not yet searched
    frontier_on  TEXT,                   -- the oldest day reached
    PRIMARY KEY (account, dataset)
) STRICT, WITHOUT ROWID;

-- Requests that the backfill spent of a day's allowance.
CREATE TABLE backfill_spent (
    account   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    day_on    TEXT NOT NULL,
    requests  INTEGER NOT NULL,
    PRIMARY KEY (account, day_on)
) STRICT, WITHOUT ROWID;

-- When the next request of any process may be sent.
CREATE TABLE pace (
    lane     TEXT PRIMARY KEY CHECK (lane IN ('connect', 'personal')),
    next_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- By which version of the readers the typed rows were read.
CREATE TABLE reader (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    version  INTEGER NOT NULL
) STRICT;

ALTER TABLE sync_mark ADD COLUMN swept_at INTEGER;     -- when the known history was last looked over for late changes
ALTER TABLE sync_mark ADD COLUMN datasets TEXT;        -- what was synced, by name; null: activities, daily, sleep
ALTER TABLE sync_job ADD COLUMN goal TEXT NOT NULL DEFAULT 'routine' CHECK (goal IN ('routine', 'repair', 'backfill'));
ALTER TABLE payload ADD COLUMN endpoint TEXT;          -- which reader understands it
ALTER TABLE coverage ADD COLUMN strikes INTEGER NOT NULL DEFAULT 0;  -- failures in a row
ALTER TABLE coverage ADD COLUMN retry_at INTEGER;      -- a failed day is not asked for again before
CREATE INDEX coverage_unsettled ON coverage (account, dataset, day_on) WHERE state IN ('open', 'failed');
ALTER TABLE activity_file ADD COLUMN strikes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE activity_file ADD COLUMN retry_at INTEGER;
ALTER TABLE activity_file ADD COLUMN damage TEXT;      -- kept, but its header or checksum is wrong

-- Each lane rests by itself.
CREATE TABLE cool_down_new (
    account     INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    scope       TEXT NOT NULL CHECK (scope IN ('sign_in', 'requests', 'requests_personal')),
    until_at    INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    strikes     INTEGER NOT NULL,
    overridden  INTEGER NOT NULL DEFAULT 0 CHECK (overridden IN (0, 1)),
    PRIMARY KEY (account, scope)
) STRICT, WITHOUT ROWID;
INSERT INTO cool_down_new (account, scope, until_at, reason, strikes, overridden)
    SELECT account, scope, until_at, reason, strikes, overridden FROM cool_down;
DROP TABLE cool_down;
ALTER TABLE cool_down_new RENAME TO cool_down;

ALTER TABLE activity ADD COLUMN event_kind TEXT;                     -- race, training, ...: Garmin's typeKey
ALTER TABLE activity ADD COLUMN ended_at INTEGER;
ALTER TABLE activity ADD COLUMN place TEXT;
ALTER TABLE activity ADD COLUMN start_latitude_deg REAL;
ALTER TABLE activity ADD COLUMN start_longitude_deg REAL;
ALTER TABLE activity ADD COLUMN min_elevation_m REAL;
ALTER TABLE activity ADD COLUMN max_elevation_m REAL;
ALTER TABLE activity ADD COLUMN grade_adjusted_speed_mps REAL;
ALTER TABLE activity ADD COLUMN max_vertical_speed_mps REAL;
ALTER TABLE activity ADD COLUMN energy_resting_kcal REAL;
ALTER TABLE activity ADD COLUMN water_ml REAL;                       -- estimated sweat
ALTER TABLE activity ADD COLUMN average_cadence_spm REAL;            -- steps of both feet per minute
ALTER TABLE activity ADD COLUMN max_cadence_spm REAL;
ALTER TABLE activity ADD COLUMN average_bike_cadence_rpm REAL;
ALTER TABLE activity ADD COLUMN max_bike_cadence_rpm REAL;
ALTER TABLE activity ADD COLUMN average_swim_cadence_spm REAL;       -- strokes per minute
ALTER TABLE activity ADD COLUMN average_swolf REAL;
ALTER TABLE activity ADD COLUMN strokes INTEGER;
ALTER TABLE activity ADD COLUMN stride_m REAL;
ALTER TABLE activity ADD COLUMN vertical_oscillation_m REAL;
ALTER TABLE activity ADD COLUMN vertical_ratio_percent REAL;
ALTER TABLE activity ADD COLUMN ground_contact_s REAL;
ALTER TABLE activity ADD COLUMN max_power_w REAL;
ALTER TABLE activity ADD COLUMN normalized_power_w REAL;
ALTER TABLE activity ADD COLUMN training_stress_score REAL;
ALTER TABLE activity ADD COLUMN intensity_factor REAL;
ALTER TABLE activity ADD COLUMN aerobic_effect REAL;                 -- 0 to 5
ALTER TABLE activity ADD COLUMN anaerobic_effect REAL;               -- 0 to 5
ALTER TABLE activity ADD COLUMN effect_label TEXT;
ALTER TABLE activity ADD COLUMN intensity_moderate_min INTEGER;
ALTER TABLE activity ADD COLUMN intensity_vigorous_min INTEGER;
ALTER TABLE activity ADD COLUMN body_battery_change INTEGER;
ALTER TABLE activity ADD COLUMN average_respiration_brpm REAL;
ALTER TABLE activity ADD COLUMN min_temperature_c REAL;
ALTER TABLE activity ADD COLUMN max_temperature_c REAL;
ALTER TABLE activity ADD COLUMN hr_zone_1_s REAL;
ALTER TABLE activity ADD COLUMN hr_zone_2_s REAL;
ALTER TABLE activity ADD COLUMN hr_zone_3_s REAL;
ALTER TABLE activity ADD COLUMN hr_zone_4_s REAL;
ALTER TABLE activity ADD COLUMN hr_zone_5_s REAL;
ALTER TABLE activity ADD COLUMN power_zone_1_s REAL;
ALTER TABLE activity ADD COLUMN power_zone_2_s REAL;
ALTER TABLE activity ADD COLUMN power_zone_3_s REAL;
ALTER TABLE activity ADD COLUMN power_zone_4_s REAL;
ALTER TABLE activity ADD COLUMN power_zone_5_s REAL;
ALTER TABLE activity ADD COLUMN laps INTEGER;
ALTER TABLE activity ADD COLUMN maker TEXT;                          -- of the device
ALTER TABLE activity ADD COLUMN is_record INTEGER CHECK (is_record IN (0, 1));
ALTER TABLE activity ADD COLUMN is_manual INTEGER CHECK (is_manual IN (0, 1));
ALTER TABLE activity ADD COLUMN has_track INTEGER CHECK (has_track IN (0, 1));
ALTER TABLE activity ADD COLUMN gone_at INTEGER;                     -- when it was found deleted at Garmin
ALTER TABLE activity ADD COLUMN legs_asked INTEGER NOT NULL DEFAULT 0 CHECK (legs_asked IN (0, 1));
CREATE INDEX activity_by_parent ON activity (account, parent_id) WHERE parent_id IS NOT NULL;

-- What an activity was before it was edited at Garmin: nothing is lost by an edit.
CREATE TABLE activity_version (
    id           INTEGER PRIMARY KEY,
    account      INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    activity_id  INTEGER NOT NULL,
    name         TEXT,
    kind         TEXT,
    event_kind   TEXT,
    started_at   INTEGER,
    started_on   TEXT NOT NULL,
    duration_s   REAL,
    distance_m   REAL,
    is_favorite  INTEGER
) STRICT;
CREATE INDEX activity_version_by_activity ON activity_version (account, activity_id);
CREATE TRIGGER activity_edited BEFORE UPDATE ON activity
WHEN (OLD.name, OLD.kind, OLD.event_kind, OLD.started_at, OLD.duration_s, OLD.distance_m, OLD.is_favorite)
    IS NOT (NEW.name, NEW.kind, NEW.event_kind, NEW.started_at, NEW.duration_s, NEW.distance_m, NEW.is_favorite)
BEGIN
    INSERT INTO activity_version (account, activity_id, name, kind, event_kind, started_at, started_on, duration_s,
        distance_m, is_favorite)
    VALUES (OLD.account, OLD.activity_id, OLD.name, OLD.kind, OLD.event_kind, OLD.started_at, OLD.started_on,
        OLD.duration_s, OLD.distance_m, OLD.is_favorite);
END;

ALTER TABLE daily_summary ADD COLUMN started_at INTEGER;             -- the day's bounds: not 24 h when clocks change
ALTER TABLE daily_summary ADD COLUMN ended_at INTEGER;
ALTER TABLE daily_summary ADD COLUMN utc_offset_s INTEGER;           -- at its start
ALTER TABLE daily_summary ADD COLUMN highly_active_s INTEGER;
ALTER TABLE daily_summary ADD COLUMN active_s INTEGER;
ALTER TABLE daily_summary ADD COLUMN sedentary_s INTEGER;
ALTER TABLE daily_summary ADD COLUMN sleeping_s INTEGER;
ALTER TABLE daily_summary ADD COLUMN intensity_goal_min INTEGER;     -- for the week
ALTER TABLE daily_summary ADD COLUMN floor_goal INTEGER;
ALTER TABLE daily_summary ADD COLUMN resting_hr_week_bpm INTEGER;
ALTER TABLE daily_summary ADD COLUMN stress_activity_s INTEGER;
ALTER TABLE daily_summary ADD COLUMN stress_uncategorized_s INTEGER;
ALTER TABLE daily_summary ADD COLUMN stress_qualifier TEXT;
ALTER TABLE daily_summary ADD COLUMN body_battery_latest INTEGER;
ALTER TABLE daily_summary ADD COLUMN body_battery_at_wake INTEGER;
ALTER TABLE daily_summary ADD COLUMN synced_at INTEGER;              -- the watch's last upload for the day

ALTER TABLE sleep_night ADD COLUMN restlessness_qualifier TEXT;
ALTER TABLE sleep_night ADD COLUMN feedback TEXT;
ALTER TABLE sleep_night ADD COLUMN need_next_min INTEGER;
ALTER TABLE sleep_night ADD COLUMN confirmation TEXT;                -- how the window was confirmed, Garmin's word
ALTER TABLE sleep_night ADD COLUMN breathing_disruption TEXT;
ALTER TABLE sleep_night ADD COLUMN spo2_highest_percent REAL;
ALTER TABLE sleep_night ADD COLUMN hrv_average_ms REAL;
ALTER TABLE sleep_night ADD COLUMN resting_hr_bpm INTEGER;
ALTER TABLE sleep_night ADD COLUMN body_battery_change INTEGER;
ALTER TABLE sleep_night ADD COLUMN skin_temp_deviation_c REAL;

CREATE VIEW v_activity AS SELECT
    account.name AS account,          -- local name of the account
    activity_id,                      -- Garmin's id: connect.garmin.com/modern/activity/<id>
    started_on,                       -- local day of the start
    started_at,                       -- start, UTC epoch ms
    utc_offset_s,                     -- wall clock minus UTC at the start
    activity.name,                    -- as the person named it
    kind,                             -- Garmin's type: running, lap_swimming, ...
    event_kind,                       -- race, training, ...
    parent_id,                        -- of a multisport leg: the whole
    duration_s,                       -- timer time
    moving_s,                         -- time in motion
    elapsed_s,                        -- from start to end, pauses included
    distance_m,                       -- metres
    elevation_gain_m,                 -- metres climbed
    average_speed_mps,                -- metres per second
    average_hr_bpm,                   -- beats per minute
    max_hr_bpm,                       -- beats per minute
    average_power_w,                  -- watts
    average_cadence_spm,              -- steps per minute, both feet
    energy_kcal,                      -- kilocalories
    training_load,                    -- Garmin's load of this activity
    aerobic_effect,                   -- 0 to 5
    anaerobic_effect,                 -- 0 to 5
    vo2max_ml_kg_min,                 -- estimate after this activity
    path AS file                      -- original file, below files/
FROM activity JOIN account ON account.id = activity.account
    LEFT JOIN activity_file USING (account, activity_id)
WHERE gone_at IS NULL;

CREATE VIEW v_daily AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- Garmin's calendar day
    steps, step_goal,                 -- counts
    distance_m,                       -- metres
    floors_up, floors_down,           -- floors
    energy_total_kcal,                -- kilocalories, resting and active
    energy_active_kcal,               -- kilocalories
    intensity_moderate_min,           -- minutes
    intensity_vigorous_min,           -- minutes, not doubled
    resting_hr_bpm, min_hr_bpm, max_hr_bpm,  -- beats per minute
    stress_average, stress_max,       -- 0 to 100
    body_battery_highest, body_battery_lowest,  -- 5 to 100
    body_battery_charged, body_battery_drained, -- points
    spo2_average_percent,             -- percent
    respiration_waking_brpm           -- breaths per minute
FROM daily_summary JOIN account ON account.id = daily_summary.account;

CREATE VIEW v_sleep AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- the day of waking
    started_at, ended_at,             -- UTC epoch ms
    utc_offset_s,                     -- wall clock minus UTC when falling asleep
    asleep_s,                         -- seconds, naps left out
    deep_s, light_s, rem_s, awake_s,  -- seconds
    nap_s,                            -- seconds
    score,                            -- 0 to 100
    need_actual_min,                  -- minutes of sleep needed
    average_hr_bpm,                   -- beats per minute
    average_stress,                   -- 0 to 100
    spo2_average_percent,             -- percent
    respiration_average_brpm,         -- breaths per minute
    hrv_average_ms                    -- milliseconds
FROM sleep_night JOIN account ON account.id = sleep_night.account;

CREATE VIEW v_coverage AS SELECT
    account.name AS account,          -- local name of the account
    dataset,                          -- its name
    day_on,                           -- the day
    state,                            -- got, open, nothing, failed or cold; no row: never asked
    reason                            -- why it failed
FROM coverage JOIN account ON account.id = coverage.account;
