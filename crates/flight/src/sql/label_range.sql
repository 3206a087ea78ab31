SELECT id, subject, outcome, source, at, digest FROM label WHERE id > ?1 AND id <= ?2 ORDER BY id
