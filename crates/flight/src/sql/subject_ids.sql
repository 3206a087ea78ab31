SELECT id FROM subject WHERE person = ?1 AND wrapped IS NOT NULL
