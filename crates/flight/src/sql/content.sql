SELECT chunk, place FROM content WHERE address = ?1
