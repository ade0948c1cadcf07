-- Three doors: how a session was obtained, and the one override of a cool-down.
ALTER TABLE garmin_authentication_state ADD COLUMN door TEXT
    CHECK (door IN ('password', 'browser', 'key', 'import'));
ALTER TABLE cool_down ADD COLUMN overridden INTEGER NOT NULL DEFAULT 0 CHECK (overridden IN (0, 1));
