SELECT wrapped FROM secret WHERE name = ?1
