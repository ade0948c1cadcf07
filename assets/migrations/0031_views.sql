-- Views that SQLite and DuckDB both read, and that show what the tables have.
-- DuckDB lists no view of a file in which it cannot read one of them.

-- The wall clock of a start, 2026-10-01T07:10:00. It is a column, because the two
-- engines have no function in common that makes a text of an epoch.
ALTER TABLE activity ADD COLUMN started_local TEXT;
ALTER TABLE sleep_night ADD COLUMN started_local TEXT;
ALTER TABLE sleep_nap ADD COLUMN started_local TEXT;
ALTER TABLE body_battery_event ADD COLUMN started_local TEXT;

UPDATE activity SET started_local = strftime('%Y-%m-%dT%H:%M:%S', started_at / 1000 + utc_offset_s, 'unixepoch');
UPDATE sleep_night SET started_local = strftime('%Y-%m-%dT%H:%M:%S', started_at / 1000 + utc_offset_s, 'unixepoch');
UPDATE sleep_nap SET started_local = strftime('%Y-%m-%dT%H:%M:%S', started_at / 1000 + utc_offset_s, 'unixepoch');
UPDATE body_battery_event SET started_local = strftime('%Y-%m-%dT%H:%M:%S', started_at / 1000 + utc_offset_s, 'unixepoch');

CREATE TRIGGER activity_start AFTER INSERT ON activity
WHEN NEW.started_local IS NOT strftime('%Y-%m-%dT%H:%M:%S', NEW.started_at / 1000 + NEW.utc_offset_s, 'unixepoch')
BEGIN
    UPDATE activity SET started_local = strftime('%Y-%m-%dT%H:%M:%S', NEW.started_at / 1000 + NEW.utc_offset_s, 'unixepoch')
    WHERE account = NEW.account AND activity_id = NEW.activity_id;
END;
CREATE TRIGGER activity_restart AFTER UPDATE OF started_at, utc_offset_s ON activity
WHEN NEW.started_local IS NOT strftime('%Y-%m-%dT%H:%M:%S', NEW.started_at / 1000 + NEW.utc_offset_s, 'unixepoch')
BEGIN
    UPDATE activity SET started_local = strftime('%Y-%m-%dT%H:%M:%S', NEW.started_at / 1000 + NEW.utc_offset_s, 'unixepoch')
    WHERE account = NEW.account AND activity_id = NEW.activity_id;
END;
CREATE TRIGGER sleep_night_start AFTER INSERT ON sleep_night
WHEN NEW.started_local IS NOT strftime('%Y-%m-%dT%H:%M:%S', NEW.started_at / 1000 + NEW.utc_offset_s, 'unixepoch')
BEGIN
    UPDATE sleep_night SET started_local = strftime('%Y-%m-%dT%H:%M:%S', NEW.started_at / 1000 + NEW.utc_offset_s, 'unixepoch')
    WHERE account = NEW.account AND day_on = NEW.day_on;
END;
CREATE TRIGGER sleep_night_restart AFTER UPDATE OF started_at, utc_offset_s ON sleep_night
WHEN NEW.started_local IS NOT strftime('%Y-%m-%dT%H:%M:%S', NEW.started_at / 1000 + NEW.utc_offset_s, 'unixepoch')
BEGIN
    UPDATE sleep_night SET started_local = strftime('%Y-%m-%dT%H:%M:%S', NEW.started_at / 1000 + NEW.utc_offset_s, 'unixepoch')
    WHERE account = NEW.account AND day_on = NEW.day_on;
END;
CREATE TRIGGER sleep_nap_start AFTER INSERT ON sleep_nap
WHEN NEW.started_local IS NOT strftime('%Y-%m-%dT%H:%M:%S', NEW.started_at / 1000 + NEW.utc_offset_s, 'unixepoch')
BEGIN
    UPDATE sleep_nap SET started_local = strftime('%Y-%m-%dT%H:%M:%S', NEW.started_at / 1000 + NEW.utc_offset_s, 'unixepoch')
    WHERE account = NEW.account AND started_at = NEW.started_at;
END;
CREATE TRIGGER sleep_nap_restart AFTER UPDATE OF started_at, utc_offset_s ON sleep_nap
WHEN NEW.started_local IS NOT strftime('%Y-%m-%dT%H:%M:%S', NEW.started_at / 1000 + NEW.utc_offset_s, 'unixepoch')
BEGIN
    UPDATE sleep_nap SET started_local = strftime('%Y-%m-%dT%H:%M:%S', NEW.started_at / 1000 + NEW.utc_offset_s, 'unixepoch')
    WHERE account = NEW.account AND started_at = NEW.started_at;
END;
CREATE TRIGGER body_battery_event_start AFTER INSERT ON body_battery_event
WHEN NEW.started_local IS NOT strftime('%Y-%m-%dT%H:%M:%S', NEW.started_at / 1000 + NEW.utc_offset_s, 'unixepoch')
BEGIN
    UPDATE body_battery_event SET started_local = strftime('%Y-%m-%dT%H:%M:%S', NEW.started_at / 1000 + NEW.utc_offset_s, 'unixepoch')
    WHERE account = NEW.account AND started_at = NEW.started_at AND kind = NEW.kind;
END;
CREATE TRIGGER body_battery_event_restart AFTER UPDATE OF started_at, utc_offset_s ON body_battery_event
WHEN NEW.started_local IS NOT strftime('%Y-%m-%dT%H:%M:%S', NEW.started_at / 1000 + NEW.utc_offset_s, 'unixepoch')
BEGIN
    UPDATE body_battery_event SET started_local = strftime('%Y-%m-%dT%H:%M:%S', NEW.started_at / 1000 + NEW.utc_offset_s, 'unixepoch')
    WHERE account = NEW.account AND started_at = NEW.started_at AND kind = NEW.kind;
END;

DROP VIEW v_activity;
CREATE VIEW v_activity AS SELECT
    account.name AS account,          -- local name of the account
    activity.activity_id,             -- Garmin's id: connect.garmin.com/modern/activity/<id>
    started_on,                       -- local day of the start
    started_local,                    -- wall clock of the start, 2026-10-01T07:10:00
    started_at,                       -- start, UTC epoch ms
    ended_at,                         -- end, UTC epoch ms
    utc_offset_s,                     -- wall clock minus UTC at the start
    activity.name,                    -- as the person named it
    kind,                             -- Garmin's type: running, lap_swimming, ...
    event_kind,                       -- race, training, ...
    place,                            -- where it began, in words
    start_latitude_deg, start_longitude_deg,  -- degrees, WGS 84
    is_parent,                        -- 1: a multisport whole; its legs are rows of their own
    parent_id,                        -- of a multisport leg: the whole
    duration_s,                       -- timer time
    moving_s,                         -- time in motion
    elapsed_s,                        -- from start to end, pauses included
    distance_m,                       -- metres
    elevation_gain_m, elevation_loss_m,  -- metres climbed and descended
    min_elevation_m, max_elevation_m, -- metres above the sea
    average_speed_mps, max_speed_mps, -- metres per second
    grade_adjusted_speed_mps,         -- metres per second, as on level ground
    max_vertical_speed_mps,           -- metres per second
    average_hr_bpm, max_hr_bpm,       -- beats per minute
    hr_zone_1_s, hr_zone_2_s, hr_zone_3_s, hr_zone_4_s, hr_zone_5_s,  -- seconds in each heart rate zone
    average_power_w, max_power_w, normalized_power_w,  -- watts
    power_zone_1_s, power_zone_2_s, power_zone_3_s, power_zone_4_s, power_zone_5_s,  -- seconds in each power zone
    training_stress_score,            -- Garmin's score of the load, by power
    intensity_factor,                 -- normalized power by threshold power
    average_cadence_spm, max_cadence_spm,  -- steps per minute, both feet
    average_bike_cadence_rpm, max_bike_cadence_rpm,  -- revolutions per minute
    average_swim_cadence_spm,         -- strokes per minute
    average_swolf,                    -- strokes plus seconds per length
    strokes,                          -- count
    steps,                            -- count
    stride_m,                         -- metres
    vertical_oscillation_m,           -- metres
    vertical_ratio_percent,           -- percent of the stride
    ground_contact_s,                 -- seconds
    average_respiration_brpm,         -- breaths per minute
    min_temperature_c, max_temperature_c,  -- degrees Celsius
    energy_kcal, energy_resting_kcal, -- kilocalories; the resting part of them
    water_ml,                         -- millilitres, estimated sweat
    training_load,                    -- Garmin's load of this activity
    aerobic_effect, anaerobic_effect, -- 0 to 5
    effect_label,                     -- Garmin's word for the effect
    intensity_moderate_min,           -- minutes
    intensity_vigorous_min,           -- minutes, not doubled
    body_battery_change,              -- points
    vo2max_ml_kg_min,                 -- estimate after this activity
    laps,                             -- count
    device_id,                        -- as in v_devices
    maker,                            -- of the device
    is_favorite,                      -- 1: marked by the person
    is_record,                        -- 1: it brought a personal record
    is_manual,                        -- 1: entered by hand
    has_track,                        -- 1: it has positions
    path AS file                      -- original file, below files/
FROM activity JOIN account ON account.id = activity.account
    LEFT JOIN activity_file ON activity_file.account = activity.account
        AND activity_file.activity_id = activity.activity_id
WHERE gone_at IS NULL;

DROP VIEW v_daily;
CREATE VIEW v_daily AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- Garmin's calendar day
    started_at, ended_at,             -- its bounds, UTC epoch ms: not 24 h when clocks change
    utc_offset_s,                     -- wall clock minus UTC at its start
    steps, step_goal,                 -- counts
    distance_m,                       -- metres
    floors_up, floors_down, floor_goal,  -- floors
    energy_total_kcal,                -- kilocalories, resting and active
    energy_active_kcal, energy_resting_kcal,  -- kilocalories
    highly_active_s, active_s,        -- seconds
    sedentary_s, sleeping_s,          -- seconds
    intensity_moderate_min,           -- minutes
    intensity_vigorous_min,           -- minutes, not doubled
    intensity_goal_min,               -- minutes, for the week
    resting_hr_bpm, min_hr_bpm, max_hr_bpm,  -- beats per minute
    resting_hr_week_bpm,              -- beats per minute, mean of seven days
    stress_average, stress_max,       -- 0 to 100
    stress_qualifier,                 -- Garmin's word
    stress_rest_s, stress_low_s, stress_medium_s, stress_high_s,  -- seconds
    stress_activity_s, stress_uncategorized_s,  -- seconds
    body_battery_highest, body_battery_lowest,  -- 5 to 100
    body_battery_latest, body_battery_at_wake,  -- 5 to 100
    body_battery_charged, body_battery_drained,  -- points
    spo2_average_percent, spo2_lowest_percent,  -- percent
    respiration_waking_brpm,          -- breaths per minute
    respiration_lowest_brpm, respiration_highest_brpm,  -- breaths per minute
    synced_at                         -- the watch's last upload for the day, UTC epoch ms
FROM daily_summary JOIN account ON account.id = daily_summary.account;

DROP VIEW v_sleep;
CREATE VIEW v_sleep AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- the day of waking
    started_local,                    -- wall clock when falling asleep, 2026-10-01T22:10:00
    started_at, ended_at,             -- UTC epoch ms
    utc_offset_s,                     -- wall clock minus UTC when falling asleep
    asleep_s,                         -- seconds, naps left out
    deep_s, light_s, rem_s, awake_s,  -- seconds
    unmeasurable_s,                   -- seconds
    awake_count,                      -- times awake
    nap_s,                            -- seconds
    score,                            -- 0 to 100
    score_qualifier,                  -- Garmin's word
    restlessness_qualifier,           -- Garmin's word
    feedback,                         -- Garmin's key of its sentence
    need_baseline_min, need_actual_min,  -- minutes of sleep needed: usually, this night
    need_next_min,                    -- minutes of sleep needed the next night
    average_hr_bpm, resting_hr_bpm,   -- beats per minute
    average_stress,                   -- 0 to 100
    body_battery_change,              -- points
    spo2_average_percent, spo2_lowest_percent, spo2_highest_percent,  -- percent
    respiration_average_brpm,         -- breaths per minute
    respiration_lowest_brpm, respiration_highest_brpm,  -- breaths per minute
    breathing_disruption,             -- Garmin's word
    hrv_average_ms,                   -- milliseconds
    skin_temp_deviation_c,            -- degrees Celsius from the usual
    is_confirmed,                     -- 1: the window is settled
    confirmation                      -- how the window was confirmed, Garmin's word
FROM sleep_night JOIN account ON account.id = sleep_night.account;

DROP VIEW v_sleep_nap;
CREATE VIEW v_sleep_nap AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- the day it counts for
    started_local,                    -- wall clock of its start
    started_at, ended_at,             -- UTC epoch ms
    utc_offset_s,                     -- wall clock minus UTC at its start
    asleep_s,                         -- seconds
    source,                           -- who noticed it: 0 Garmin, 1 the watch, 2 entered on the web
    feedback                          -- Garmin's key of its sentence
FROM sleep_nap JOIN account ON account.id = sleep_nap.account
WHERE gone_at IS NULL;

DROP VIEW v_body_battery_event;
CREATE VIEW v_body_battery_event AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- the day it counts for
    started_local,                    -- wall clock of its start
    started_at,                       -- UTC epoch ms
    utc_offset_s,                     -- wall clock minus UTC
    kind,                             -- SLEEP, ACTIVITY, NAP, RECOVERY, STRESS
    duration_s,                       -- seconds
    impact,                           -- points; what drains is negative
    activity_id,                      -- of an activity: v_activity
    feedback                          -- Garmin's key of its sentence
FROM body_battery_event JOIN account ON account.id = body_battery_event.account;

DROP VIEW v_endurance_day;
CREATE VIEW v_endurance_day AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- the day of the score
    score,                            -- points
    classification,                   -- Garmin's number of the level reached
    feedback,                         -- Garmin's number of a phrase
    gauge_from, gauge_to,             -- ends of Garmin's gauge, for this age and sex
    intermediate_from, trained_from,  -- points at which a level begins, for this age and sex
    well_trained_from, expert_from,   -- the next levels
    superior_from, elite_from,        -- the highest levels
    device_id                         -- as in v_devices
FROM endurance_day JOIN account ON account.id = endurance_day.account;

DROP VIEW v_hill;
CREATE VIEW v_hill AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- the day of the score
    score,                            -- 0 to 100
    strength_score, endurance_score,  -- its two parts: steep climbs, long climbs
    classification,                   -- Garmin's number of the level reached
    feedback,                         -- Garmin's number of a phrase
    vo2max_ml_kg_min,                 -- the estimate it was made with
    device_id                         -- as in v_devices
FROM hill_score JOIN account ON account.id = hill_score.account;

DROP VIEW v_gear;
CREATE VIEW v_gear AS SELECT
    account.name AS account,          -- local name of the account
    gear_id,                          -- Garmin's UUID, without hyphens
    gear_pk,                          -- Garmin's number of the same
    kind,                             -- Shoes, Bike, ...
    gear.name,                        -- as the person named it
    make_model,                       -- brand and model
    status,                           -- active, retired
    begun_on, ended_on,               -- civil days of first and last use
    limit_m                           -- metres after which it is to be replaced
FROM gear JOIN account ON account.id = gear.account
WHERE gone_at IS NULL;

DROP VIEW v_readiness;
CREATE VIEW v_readiness AS SELECT
    account.name AS account,          -- local name of the account
    day_on,                           -- Garmin's calendar day; in UTC a snapshot may lie beside it
    device_id,                        -- the watch; 0: not named
    computed_at,                      -- UTC epoch ms
    utc_offset_s,                     -- wall clock minus UTC
    score,                            -- 0 to 100
    level,                            -- LOW, MODERATE, HIGH, PRIME, ...
    CASE WHEN row_number() OVER (
        PARTITION BY account.id, day_on
        ORDER BY coalesce(is_primary, 0) DESC, computed_at DESC, device_id
    ) = 1 THEN 1 ELSE 0 END AS is_newest,   -- 1 on one snapshot of the day: the leading watch's newest, the day's value
    CASE WHEN context = 'AFTER_WAKEUP_RESET' AND row_number() OVER (
        PARTITION BY account.id, day_on, context
        ORDER BY coalesce(is_primary, 0) DESC, computed_at DESC, device_id
    ) = 1 THEN 1 ELSE 0 END AS is_morning,  -- 1 on the snapshot after waking; none in old data
    feedback, feedback_long,          -- Garmin's keys of its sentences
    context,                          -- what made Garmin compute it
    sleep_score,                      -- 0 to 100
    sleep_factor_percent,             -- percent, as are all factors: how good, not how much it weighs
    sleep_history_factor_percent,
    recovery_min,                     -- minutes of recovery left at computed_at
    recovery_factor_percent,
    acute_load,                       -- Garmin's load of the last week
    load_factor_percent,
    stress_factor_percent,
    hrv_weekly_average_ms,            -- milliseconds
    hrv_factor_percent,
    is_sleep_valid,                   -- 1: the night was good enough to count
    is_primary                        -- 1: of the watch that leads
FROM training_readiness JOIN account ON account.id = training_readiness.account;
