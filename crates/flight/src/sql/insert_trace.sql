INSERT INTO trace (trace, key, people, wrapped) VALUES (?1, ?2, ?3, ?4)
