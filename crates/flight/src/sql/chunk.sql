SELECT body FROM chunk WHERE id = ?1
