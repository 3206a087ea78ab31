INSERT INTO chunk (trace, body) VALUES (?1, ?2)
