INSERT INTO settlement_place SELECT trace, id FROM settlement WHERE id > ?1 ORDER BY trace, id
