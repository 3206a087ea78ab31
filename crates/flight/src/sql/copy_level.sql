INSERT INTO level SELECT * FROM day.level WHERE id = ?1
