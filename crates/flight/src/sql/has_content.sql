SELECT 1 FROM content WHERE trace = ?1 AND address = ?2
