DELETE FROM chunk WHERE trace = ?1
