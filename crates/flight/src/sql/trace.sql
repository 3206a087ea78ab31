SELECT id, key, people, wrapped, lost FROM trace WHERE trace = ?1
