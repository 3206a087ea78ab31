INSERT INTO pivot (key, trace) VALUES (?1, ?2) ON CONFLICT (key, trace) DO NOTHING
