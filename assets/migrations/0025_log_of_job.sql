-- A job's report reads the lines it wrote; without this it walks the whole log.
CREATE INDEX sync_log_by_job ON sync_log (job, id);
