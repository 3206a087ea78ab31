INSERT INTO content (hash, body) VALUES (?1, ?2) ON CONFLICT (hash) DO NOTHING
