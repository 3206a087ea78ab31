SELECT hash, body FROM origin WHERE id = ?1
