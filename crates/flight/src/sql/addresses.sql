SELECT id, addresses FROM chunk WHERE trace = ?1 ORDER BY id
