SELECT person FROM subject WHERE id = ?1
