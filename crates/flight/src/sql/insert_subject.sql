INSERT INTO subject (id, person, wrapped) VALUES (?1, ?2, ?3)
