SELECT id, trace FROM trace WHERE id > ?1 ORDER BY id
