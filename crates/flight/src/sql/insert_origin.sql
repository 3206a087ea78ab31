INSERT INTO origin (hash, body) VALUES (?1, ?2)
ON CONFLICT (hash) DO UPDATE SET hash = excluded.hash
RETURNING id
