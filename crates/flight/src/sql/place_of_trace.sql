SELECT id FROM trace_place WHERE trace = ?1 ORDER BY id DESC LIMIT 1
