INSERT INTO settlement (trace, step, label) VALUES (?1, ?2, ?3)
