DELETE FROM chunk WHERE id IN (SELECT chunk FROM content WHERE trace = ?1)
