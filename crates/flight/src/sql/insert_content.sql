INSERT INTO content (address, chunk, place) VALUES (?1, ?2, ?3)
ON CONFLICT (address) DO NOTHING
