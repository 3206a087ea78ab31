UPDATE trace SET key = ?2, people = ?3, wrapped = ?4 WHERE id = ?1
