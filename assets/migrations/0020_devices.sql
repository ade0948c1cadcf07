-- Watches, sensors and scales that are, or were, registered.
CREATE TABLE device (
    account              INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    device_id            INTEGER NOT NULL,
    product              TEXT,
    nickname             TEXT,          -- as the person named it
    application_key      TEXT,          -- Garmin's short name of the model
    part_number          TEXT,
    firmware             TEXT,
    status               TEXT,          -- Garmin's word: active, ...
    registered_at        INTEGER,
    is_activity_tracker  INTEGER CHECK (is_activity_tracker IN (0, 1)),
    capabilities         TEXT CHECK (json_valid(capabilities)),  -- names of the flags that are true
    gone_at              INTEGER,       -- when it was found to be registered no more
    payload_id           INTEGER NOT NULL REFERENCES payload (id),
    PRIMARY KEY (account, device_id)
) STRICT, WITHOUT ROWID;

CREATE VIEW v_devices AS SELECT
    account.name AS account,          -- local name of the account
    device_id,                        -- as in v_activity and others
    product,                          -- model name
    nickname,                         -- as the person named it
    application_key,                  -- Garmin's short name of the model
    part_number,                      -- of the model
    firmware,                         -- version, as text
    status,                           -- active, ...
    registered_at,                    -- UTC epoch ms
    is_activity_tracker,              -- 1: its steps and nights count when several are worn
    capabilities                      -- JSON list of what it can do: json_each(capabilities)
FROM device JOIN account ON account.id = device.account
WHERE gone_at IS NULL;
