INSERT INTO content (trace, address, chunk, place) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (trace, address) DO NOTHING
