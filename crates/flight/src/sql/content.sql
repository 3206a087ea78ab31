SELECT body FROM content WHERE hash = ?1
