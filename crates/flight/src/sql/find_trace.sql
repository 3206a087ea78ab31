SELECT id, key, length(people) FROM trace WHERE trace = ?1
