SELECT id, key, length(people) FROM trace WHERE id = ?1
