INSERT INTO secret (name, wrapped) VALUES (?1, ?2)
