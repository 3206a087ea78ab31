UPDATE step SET block = ?1, place = ?2 WHERE id = ?3
