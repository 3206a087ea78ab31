INSERT INTO run_level (run, level) VALUES (?1, ?2)
