-- Fences around a refresh, and when a rest began.

-- The lock file under which the intent was written; null: unknown. Under the same one,
-- whoever wrote it is gone; under another one, it may still be at work.
ALTER TABLE garmin_authentication_state ADD COLUMN refresh_by TEXT;
-- Room in the file for the next pair, made and given back before Garmin is asked.
ALTER TABLE garmin_authentication_state ADD COLUMN reserved BLOB;

-- Epoch ms; null before this column. A rest that began in the future was entered by a
-- wrong clock and does not count.
ALTER TABLE cool_down ADD COLUMN entered_at INTEGER;
