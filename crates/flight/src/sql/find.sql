SELECT trace FROM pivot WHERE key = ?1 ORDER BY trace DESC LIMIT ?2
