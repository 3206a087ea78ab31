SELECT wrapped FROM subject WHERE id = ?1
