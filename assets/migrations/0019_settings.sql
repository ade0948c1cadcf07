-- How the person wants numbers and times shown, as of now. All words are Garmin's.
CREATE TABLE settings (
    account             INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    time_zone           TEXT,           -- IANA name
    locale              TEXT,           -- fr, en, ...
    unit_system         TEXT,           -- metric, statute_us, ...
    first_day_of_week   TEXT,           -- monday, sunday, ...
    number_format       TEXT,
    date_format         TEXT,
    time_format         TEXT,
    power_format        TEXT,
    heart_rate_format   TEXT,
    hydration_unit      TEXT,
    golf_distance_unit  TEXT,
    payload_id          INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_settings AS SELECT
    account.name AS account,          -- local name of the account
    settings.time_zone,               -- IANA name: decides what a day is
    locale,                           -- language
    unit_system,                      -- metric, statute_us, ...
    first_day_of_week,                -- monday, sunday, ...
    number_format,                    -- decimal_period, ...
    date_format, time_format,         -- mmddyyyy; time_twelve_hr, time_twenty_four_hr
    power_format, heart_rate_format,  -- watt; bpm, or a share of something
    hydration_unit,                   -- cup, milliliter, ...
    golf_distance_unit                -- metric, statute_us
FROM settings JOIN account ON account.id = settings.account;
