SELECT 1 FROM step WHERE trace = ?1 AND span = ?2 AND digest = ?3
