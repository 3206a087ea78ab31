SELECT id, subject, outcome, source, at FROM label WHERE pivot IS NOT NULL ORDER BY id
