SELECT id, key, people, wrapped, lost FROM trace WHERE id = ?1
