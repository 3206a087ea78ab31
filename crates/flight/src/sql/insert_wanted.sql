INSERT OR IGNORE INTO temp.wanted (trace) VALUES (?1)
