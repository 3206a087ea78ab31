SELECT 1 FROM content WHERE address = ?1
