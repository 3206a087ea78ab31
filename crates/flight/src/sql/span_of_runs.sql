SELECT min(started), max(started) FROM run
