SELECT body FROM block WHERE id = ?1
