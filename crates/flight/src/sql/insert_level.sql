INSERT INTO level (factor, recorded, level) VALUES (?1, ?2, ?3)
ON CONFLICT (factor, recorded, level) DO UPDATE SET factor = excluded.factor
RETURNING id
