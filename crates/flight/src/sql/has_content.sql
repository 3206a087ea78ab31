SELECT 1 FROM content WHERE hash = ?1
