DELETE FROM content WHERE trace = ?1
