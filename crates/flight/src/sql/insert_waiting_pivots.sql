INSERT INTO waiting_pivot (entries) VALUES (?1)
