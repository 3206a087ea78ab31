INSERT INTO block (body) VALUES (?1)
