INSERT INTO chunk (trace, addresses, body) VALUES (?1, ?2, ?3)
