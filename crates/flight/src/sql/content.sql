SELECT chunk, place FROM content WHERE trace = ?1 AND address = ?2
