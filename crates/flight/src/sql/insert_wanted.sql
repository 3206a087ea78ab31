INSERT OR IGNORE INTO temp.wanted (trace, id) VALUES (?1, ?2)
