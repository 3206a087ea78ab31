SELECT id, key, people, wrapped FROM trace WHERE trace = ?1
