INSERT OR IGNORE INTO temp.shared (address) VALUES (?1)
