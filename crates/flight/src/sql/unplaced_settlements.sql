SELECT id, trace FROM settlement WHERE id > ?1 ORDER BY id
