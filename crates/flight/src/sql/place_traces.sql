INSERT INTO trace_place SELECT trace, id FROM trace WHERE id > ?1 ORDER BY trace, id
