SELECT id, subject, outcome, source, at FROM label WHERE trace = ?1 ORDER BY id
